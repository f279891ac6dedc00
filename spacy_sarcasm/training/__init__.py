"""What ``spacy train`` calls by name, and what is made of its log."""
