"""Reading the file formats of word vectors."""
