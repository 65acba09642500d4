"""Python processes that a program starts beside itself, and whose code they run."""

from __future__ import annotations

import json
import re
import site
import sys
from pathlib import Path

_START = """
import json, runpy, sys
own, others = json.loads(sys.argv.pop(1))
sys.path += others
if own not in sys.path:
    sys.path.insert(0, own)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def python_command(module: str, *arguments: str) -> list[str]:
    """A command that runs a module of ours as a process of its own, isolated.

    Modules come from Python's own folders, from where lanmu itself lies, and from where this
    process found its packages; never from the folder where the command happens to run, into which
    others may have put files.
    """
    own = str(Path(__file__).resolve().parents[1])
    folders = json.dumps([own, _import_folders(own)])
    return [sys.executable, "-I", "-X", "utf8", "-c", _START, folders, module, *arguments]


def has_grown(most: int) -> bool:
    """Whether this process has at any time taken more than ``most`` bytes of memory; Linux alone tells."""
    try:
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        return False
    taken = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return taken is not None and int(taken[1]) << 10 > most


def _import_folders(own: str) -> list[str]:
    """What this process imports from, without the folder of the script or the current one that Python puts first."""
    left_out = {"", str(Path.cwd()), own}
    if not sys.flags.safe_path and sys.path:
        left_out.add(sys.path[0])
    folders = [path for path in sys.path if path not in left_out and Path(path).is_absolute()]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    return list(dict.fromkeys(folders))
