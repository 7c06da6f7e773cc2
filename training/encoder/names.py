"""Names that the verbs need before anything heavy is imported."""

from __future__ import annotations

from pathlib import Path

DEFAULT_BASE = "all-MiniLM-L6-v2"

ENCODER = Path("var/encoder/modele")
"""Where an encoder is written, and where `train` looks for it."""
