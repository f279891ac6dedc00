"""How good a pipeline's scores are."""
