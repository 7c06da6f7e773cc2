"""How records come in to be classified, by JSON, NDJSON or LHÉO, and how their answers are made and remembered."""
