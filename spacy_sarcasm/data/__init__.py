"""Rows of text in and out: one module per format, and where rows come from."""
