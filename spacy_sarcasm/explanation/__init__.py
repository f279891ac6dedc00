"""Which words move a score, and pictures of it.

The function is `spacy_sarcasm.explain`, so this package cannot have that name: importing it would
put the module in the function's place.
"""
