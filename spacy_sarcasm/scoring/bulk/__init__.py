"""Scoring files into files: nothing lost, nothing repeated, memory bounded."""
