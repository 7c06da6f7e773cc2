"""What the OpenAPI contract tells of /classify besides its JSON: the other bodies, their options, their answers."""

from __future__ import annotations

from typing import Any

from cartography.loading import VERSIONS
from serving.ingest.lheo import XML_TYPES
from serving.ingest.ndjson import NDJSON
from serving.ingest.options import ALL
from serving.schemas import ClassifyOptions
from serving.settings import Settings

_RECORD = '{"id": "1", "type": "offre", "intitule": "Développeur web", "rome": ["M1855"]}\n'
_ELSEWHERE = "Pour un corps NDJSON ou XML ; un corps JSON porte ses options. "


def tell_classify(operation: dict[str, Any], settings: Settings) -> None:
    """Complete the description of an operation that FastAPI knows the JSON of.

    Args:
        operation: of the OpenAPI document.
        settings: limits to tell.
    """
    options = ClassifyOptions.model_json_schema()["properties"]
    options["top_k"]["maximum"] = settings.max_top_k
    operation["parameters"] = [_parameter(name, schema) for name, schema in options.items()]
    bodies = operation["requestBody"]["content"]
    bodies[NDJSON] = {"schema": _lines_in(settings), "example": _RECORD}
    for kind in XML_TYPES:
        bodies[kind] = {"schema": _document(settings)}
    operation["responses"]["200"]["content"][NDJSON] = {"schema": _LINES_OUT}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in schema.items() if key not in ("title", "description")}
    if name == "cartographie":
        said = {"type": "string", "enum": [*VERSIONS, ALL]}
    description = _ELSEWHERE + schema["description"]
    return {"name": name, "in": "query", "required": False, "description": description, "schema": said}


def _lines_in(settings: Settings) -> dict[str, Any]:
    description = (
        f"Une fiche (FicheSchema) par ligne, en UTF-8 : {settings.max_stream_fiches} lignes au plus, chacune de "
        f"{settings.max_line_bytes} octets au plus ; {settings.max_explained} lignes avec `mots`."
    )
    return {"type": "string", "description": description}


def _document(settings: Settings) -> dict[str, Any]:
    description = (
        f"Un document LHÉO (1.3 à 2.3) de {settings.max_body_bytes} octets et de {settings.max_fiches} formations au "
        "plus. Une déclaration d'entité le fait refuser (422)."
    )
    return {"type": "string", "description": description}


_LINES_OUT = {
    "type": "string",
    "description": "Un Resultat ou une ErreurDeFiche par ligne non vide du corps, dans l'ordre ; `position` dit la "
    "ligne d'une erreur. Une dernière ligne de code `trop_de_fiches` ou `corps_interrompu`, sans `id`, dit ce qui a "
    "mis fin à la lecture. Réponse d'un corps NDJSON, ou d'un corps XML dont l'en-tête Accept demande ce type.",
}
