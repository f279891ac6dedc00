"""The package's version and name."""

__title__ = "spacy-sarcasm"
__version__ = "0.1.0"
