"""Pictures for notebooks: matplotlib figures, with what they show in their titles and axes."""

from training.pictures.batches import compare_batches
from training.pictures.catalogue import count_records, map_records
from training.pictures.quality import compare_models, draw_confusion, draw_reliability

__all__ = [
    "compare_batches",
    "compare_models",
    "count_records",
    "draw_confusion",
    "draw_reliability",
    "map_records",
]
