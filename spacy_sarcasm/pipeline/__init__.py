"""The components that a user adds to a pipeline."""
