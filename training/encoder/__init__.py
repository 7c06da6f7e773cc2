"""The encoder: loaded, exported to ONNX, stored small, its vectors kept."""
