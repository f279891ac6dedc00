"""One module per file format: reading, rows and writing."""
