"""Adds our commands to spaCy's: ``python -m spacy sarcasm ...``.

spaCy imports this module, named by an entry point, whenever its command line starts.
"""

from spacy.cli._util import app as spacy_app

from .app import app

spacy_app.add_typer(app, name="sarcasm", help="Score text for sarcasm (spacy-sarcasm)")
