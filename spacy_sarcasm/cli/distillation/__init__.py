"""Commands of distillation."""
