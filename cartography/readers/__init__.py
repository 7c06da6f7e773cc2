"""Streaming readers of the public formats; the façade is `read_records`."""
