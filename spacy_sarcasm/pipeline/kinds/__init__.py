"""The `sarcasm_kind` component: which kind of sarcasm a text is."""
