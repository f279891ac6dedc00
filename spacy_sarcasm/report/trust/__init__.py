"""Whether the scores of a corpus can be trusted, and what share of it is sarcastic."""
