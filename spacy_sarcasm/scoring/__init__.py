"""Scores in bulk."""
