"""A language model of headlines, which writes new ones and measures how unlike them a text is."""
