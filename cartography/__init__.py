"""What the labels mean: the GEN tree, ROME, and the records they label. Knows no machine learning."""

from cartography.errors import FicheInvalid, GenscanError, RecordError
from cartography.fiche import Fiche, FicheType, fiche_from_mapping

__all__ = ["Fiche", "FicheInvalid", "FicheType", "GenscanError", "RecordError", "fiche_from_mapping"]
