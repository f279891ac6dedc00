"""Optional dependencies: one way to import them, one message when they are missing."""

from __future__ import annotations

import importlib
import json
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

DISTRIBUTION = "spacy-sarcasm"

# The first version of Python for which a package has no wheel.
NO_WHEEL_FOR = {"gensim": (3, 14), "tensorflow": (3, 14)}


def install_command(extra: str) -> str:
    """The command that installs an extra, from where this copy of the package was installed.

    Args:
        extra: The extra, such as ``"train"``.

    Example:
        >>> install_command("train")  # doctest: +SKIP
        "pip install '.[train]'"
    """
    # PEP 610: pip records where it took a package from, unless that was an index.
    record = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    if record is None:
        return f"pip install '{DISTRIBUTION}[{extra}]'"
    url = str(json.loads(record)["url"])
    path = Path(unquote(urlsplit(url).path))
    if not url.startswith("file:"):
        return f"pip install '{DISTRIBUTION}[{extra}] @ {url}'"
    if not path.exists() or path == Path.cwd():
        return f"pip install '.[{extra}]'"
    return f"pip install '{path}[{extra}]'"


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency.

    Args:
        module: The module to import, such as ``"tensorflow"``.
        extra: The extra of spacy-sarcasm that brings it, such as ``"train"``.
        purpose: What it is needed for, such as ``"training a network"``.

    Raises:
        ImportError: The module is not installed; the message gives the command that installs it.
            A module that is installed but fails to import raises its own error, unchanged.

    Example:
        >>> require("json", "train", "training a network").__name__
        'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name != package:
            raise
        first = f"{purpose} needs the package '{package}', which"
        unsupported = NO_WHEEL_FOR.get(package)
        if unsupported is not None and sys.version_info >= unsupported:
            raise ImportError(
                f"{first} has no wheel for Python {sys.version_info[0]}.{sys.version_info[1]} "
                f"yet. Use an older Python for it, such as {unsupported[0]}.{unsupported[1] - 1}; "
                "scoring works with this one"
            ) from error
        raise ImportError(f"{first} is not installed. Run: {install_command(extra)}") from error
