"""Commands that make the bundled weights and run the original experiment again."""
