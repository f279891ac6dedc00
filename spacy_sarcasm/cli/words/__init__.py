"""Commands for word vectors and WordNet."""
