"""How a model is made: corpus, head, calibration, export to a bundle, tracking, registry, evaluation."""
