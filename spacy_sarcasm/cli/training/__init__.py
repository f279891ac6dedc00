"""Commands on the way from a corpus to a package."""
