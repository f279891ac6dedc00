"""How the bundled weights and the original experiment are made."""
