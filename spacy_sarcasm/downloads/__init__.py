"""Fetching and verifying published files."""
