"""Runs, registry and model card in MLflow."""
