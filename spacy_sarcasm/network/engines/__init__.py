"""What runs a network: Keras trains it, ONNX Runtime scores with it."""
