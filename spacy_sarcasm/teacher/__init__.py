"""Distillation: a large model taught on gold, and its scores as soft labels for a small one."""
