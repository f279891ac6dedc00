"""The bidirectional LSTM: one set of weights, trained by Keras, scored by ONNX Runtime."""
