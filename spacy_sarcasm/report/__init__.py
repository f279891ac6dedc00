"""What a scored corpus looks like, and whether to trust it."""
