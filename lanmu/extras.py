"""Which extra of the installation brings a package that a command needs."""

from __future__ import annotations

from classifier.messages import Message, say

EXTRAS = {
    "train": ("sklearn", "scipy", "joblib", "threadpoolctl", "datasketch", "cleanlab", "optuna", "jinja2", "resvg_py"),
    "service": ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy", "watchfiles", "argon2",
                "multipart", "python_multipart", "itsdangerous", "prometheus_client", "httpx"),
    "cluster": ("dask", "distributed"),
}  # fmt: skip
"""The packages of each extra, by the names they are imported by."""


def explain_missing(package: str) -> Message:
    """What to do about a package that is not installed.

    Parameters
    ----------
    package
        The name it is imported by; of a submodule its first part counts.
    """
    first = package.split(".")[0]
    for extra, packages in EXTRAS.items():
        if first in packages:
            return say("command.needs_extra", package=first, extra=extra)
    return say("command.needs_package", package=first)
