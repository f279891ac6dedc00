"""Reading and converting corpora, and their frozen splits."""
