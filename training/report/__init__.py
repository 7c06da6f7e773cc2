"""The page of every run: read from MLflow, written as one HTML file."""
