"""The kernel's machine code: made once by numba, kept in the cache, and from then on loaded without numba.

numba's own cache needs numba to be imported (0.2 s, 25 MB and more) and unpickles what it reads.
What is kept here is an object file as a linker would take it, under the checksum of the sources it
was made from; LLVM, through llvmlite, puts it into memory.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, get_type_hints

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.vocabulary import Vocabulary
from classifier.engine.scoring.scoring_plan import Batch, Calibration, Counter, Found, Plan
from classifier.engine.words.cache import keep_arrays, sources_digest
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import Workspace
from classifier.errors import ModelError
from classifier.messages import say

ARGUMENTS: tuple[type[Any], ...] = (
    SegmentationTables, Vocabulary, Plan, Workspace, Counter, Calibration, Batch, Found,
)  # fmt: skip
"""The tuples of arrays that the kernel takes, in the order of their addresses."""
_FROM_NUMBA = re.compile(r"numba_|NRT_|Py")
_FROM_C = re.compile(r"llvm\.|(sqrt|log|exp|mem(cpy|move|set))$")
"""Functions that the kernel may call: LLVM's own, and those of C's libraries."""
_loading = Lock()


def machine_code(name: str, module: str, sources: tuple[str, ...]) -> Callable[[int], None]:
    """The function that ``compile_entry`` of a module compiles of ``sources``: a numba CFunc of one ``int64*``.

    It takes the address of a table of addresses, and holds no interpreter lock.
    """
    with _loading:
        return _load(name, module, sources)


@cache
def _load(name: str, module: str, sources: tuple[str, ...]) -> Callable[[int], None]:
    symbol = f"lanmu_{name}"

    def make() -> dict[str, NDArray[Any]]:
        return {"object": np.frombuffer(_make_object_file(symbol, module), np.uint8)}

    code = keep_arrays(f"{name}-code", _key(sources), make)["object"].tobytes()
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address(symbol))


def addresses(*tuples: tuple[NDArray[Any], ...]) -> list[int]:
    """Address and length of each array of each tuple; the arrays must outlive the kernel's call."""
    numbers: list[int] = []
    for arrays in tuples:
        for array, dtype in zip(arrays, dtypes_of(type(arrays)), strict=True):
            if array.dtype != dtype or array.ndim != 1 or not array.flags.c_contiguous:
                raise ValueError(f"{type(arrays).__name__}: an array is {array.dtype}, must be flat and {dtype}")
            numbers += (array.__array_interface__["data"][0], len(array))
    return numbers


@cache
def dtypes_of(kind: type[Any]) -> tuple[np.dtype[Any], ...]:
    """The dtypes in a tuple of arrays, by its annotations.

    ``NDArray[np.int64]`` is an array of a shape and of ``dtype[np.int64]``; from numpy 2.5 on, which needs
    Python 3.12, it stays ``NDArray[np.int64]``.
    """
    hints = get_type_hints(kind, localns={"np": np, "NDArray": NDArray})
    named = (hints[name].__args__[-1] for name in kind._fields)
    return tuple(np.dtype(getattr(one, "__args__", (one,))[0]) for one in named)


@cache
def _engine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())


def _target_machine() -> Any:
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="static" if target.name.startswith("x86") else "default",
        codemodel="jitdefault",
        jit=True,
    )


def _key(sources: tuple[str, ...]) -> str:
    """What the machine code depends on: this processor, the compiler's version, the sources."""
    state = hashlib.sha256(f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}".encode())
    for name in ("numba", "llvmlite"):
        spec = find_spec(name)  # finds the package without running it
        if spec is not None and spec.origin:
            stated = Path(os.path.realpath(spec.origin)).with_name("_version.py")
            state.update(stated.read_bytes() if stated.exists() else spec.origin.encode())
    state.update(sources_digest(*sources))
    return state.hexdigest()


def _make_object_file(symbol: str, module: str) -> bytes:
    """Compile a function to an object file."""
    compiled = import_module(module).compile_entry()
    assembly = llvm.parse_assembly(_alone(compiled.inspect_llvm().replace(compiled.native_name, symbol)))
    for function in assembly.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"  # so that what calls hand over in vain is left out, and small ones vanish
    machine = _target_machine()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(assembly, builder)
    return bytes(machine.emit_object(assembly))


def _alone(assembly: str) -> str:
    """The assembly without calls into Python or numba: traps stand in their place.

    They are in the wrapper's path for exceptions, and the kernel raises none.
    """

    def trap(match: re.Match[str]) -> str:
        name = match["name"].strip('"')
        if _FROM_NUMBA.match(name):
            return f"define internal {match['rest']} {{\n  call void @llvm.trap()\n  unreachable\n}}"
        if not _FROM_C.match(name):
            raise ModelError(say("model.kernel", name=name))
        return match[0]

    trapped = re.sub(
        r'^declare (?P<rest>[^@\n]*@(?P<name>"[^"]*"|[\w.$]+)\([^\n]*)$', trap, assembly, flags=re.MULTILINE
    )
    return trapped if "declare void @llvm.trap" in trapped else f"{trapped}\ndeclare void @llvm.trap()\n"
