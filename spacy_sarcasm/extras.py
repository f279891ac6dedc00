"""Optional dependencies: one way to import them, one message when they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency.

    Args:
        module: The module to import, such as ``"tensorflow"``.
        extra: The extra of spacy-sarcasm that brings it, such as ``"train"``.
        purpose: What it is needed for, as a verb phrase, such as ``"training a network"``.

    Returns:
        The imported module.

    Raises:
        ImportError: The module is not installed; the message gives the command that installs it.
            A module that is installed but fails to import raises its own error, unchanged.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise ImportError(
            f"{purpose[0].upper()}{purpose[1:]} needs the package '{error.name}', which is not "
            f"installed. Run: pip install 'spacy-sarcasm[{extra}]'"
        ) from error
