"""Scoring texts without building Docs."""
