"""Commands that score texts, explain scores and serve the network."""
