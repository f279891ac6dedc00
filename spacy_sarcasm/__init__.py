"""Sarcasm scores for spaCy pipelines.

Installing the package is enough: ``nlp.add_pipe("sarcasm")`` finds the component through spaCy's
entry points. Importing this module loads nothing heavy.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
