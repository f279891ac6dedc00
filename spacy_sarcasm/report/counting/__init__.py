"""Counts of a scored corpus, of a size that does not depend on its rows."""
