"""Adds our commands to spaCy's: ``python -m spacy sarcasm ...``.

spaCy imports this module, named by an entry point, whenever its command line starts. It lies
outside the room of the commands, so that a failure in there cannot stop spaCy's own.
"""

import warnings

try:
    from spacy.cli._util import app as spacy_app

    from .cli.app import app
except Exception as error:
    warnings.warn(
        f"'python -m spacy sarcasm' is not available: {type(error).__name__}: {error}. "
        "Try: spacy-sarcasm --help",
        stacklevel=2,
    )
else:
    spacy_app.add_typer(app, name="sarcasm", help="Score text for sarcasm (spacy-sarcasm)")
