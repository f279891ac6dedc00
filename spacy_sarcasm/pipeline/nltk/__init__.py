"""Components that wrap NLTK: stems, lemmas and the WordNet data they need."""
