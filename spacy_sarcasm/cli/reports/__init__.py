"""Commands that tell what a scored corpus looks like, and whether to trust it."""
