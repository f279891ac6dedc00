"""Word-vector files: reading them, loading them into a vocab, and what they cover."""
