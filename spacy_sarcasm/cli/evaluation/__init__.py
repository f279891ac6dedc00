"""Commands that measure and calibrate a pipeline."""
