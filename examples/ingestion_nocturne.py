"""Ingestion nocturne : classe un catalogue LHÉO par l'API, garde les réponses, puis range les fiches dans l'index.

    .venv/bin/python examples/ingestion_nocturne.py serving/sample/formations.xml var/reponses.jsonl

Interrompue, la même commande reprend au lot suivant le dernier terminé : rien n'est perdu ni répondu deux fois.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

from cartography.errors import RecordError
from cartography.fiche import Fiche
from cartography.files import write_atomic
from cartography.readers import Record, read_records
from serving.client import Client, ClientError

LOT = 500


@dataclass(frozen=True)
class Etat:
    """Où l'ingestion en est."""

    source: str  # ce que le catalogue était : un autre, ou le même changé, recommence du début
    classees: int = 0  # fiches dont la réponse est écrite
    octets: int = 0  # taille des réponses écrites ; ce qui dépasse vient d'un lot interrompu
    rangees: int = 0  # fiches passées à l'index


def empreinte(catalogue: Path) -> str:
    """Rend de quoi reconnaître un catalogue inchangé."""
    return f"{catalogue.resolve()} {catalogue.stat().st_size} {catalogue.stat().st_mtime_ns}"


def lire_etat(fichier: Path, source: str, sortie: Path) -> Etat:
    """Rend l'état d'une ingestion du même catalogue, dont les réponses sont encore là ; un état neuf sinon."""
    try:
        etat = Etat(**json.loads(fichier.read_bytes()))
        return etat if etat.source == source and sortie.stat().st_size >= etat.octets else Etat(source)
    except (OSError, ValueError, TypeError):
        return Etat(source)


def garder(fichier: Path, etat: Etat) -> Etat:
    """Écrit l'état d'un coup : une coupure laisse l'ancien ou le nouveau, jamais un morceau."""
    write_atomic(fichier, json.dumps(asdict(etat)).encode())
    return etat


def lots(catalogue: Path, debut: int, taille: int) -> Iterator[list[Record]]:
    """Rend les fiches par lots, après celles déjà faites ; une fiche illisible est une erreur à sa place."""
    fiches = islice(read_records(catalogue, format="lheo"), debut, None)
    while lot := list(islice(fiches, taille)):
        yield lot


def repondre(client: Client, lot: Sequence[Record]) -> list[dict[str, object]]:
    """Rend une réponse ou une erreur par fiche, dans l'ordre."""
    reponses = iter(client.classify([fiche for fiche in lot if isinstance(fiche, Fiche)]))
    return [fiche.as_json() if isinstance(fiche, RecordError) else next(reponses) for fiche in lot]


def ingerer(client: Client, catalogue: Path, sortie: Path, taille: int = LOT) -> Etat:
    """Classe puis range un catalogue, en reprenant où l'on s'était arrêté."""
    fichier = sortie.with_name(f"{sortie.name}.etat.json")
    etat = lire_etat(fichier, empreinte(catalogue), sortie)
    sortie.parent.mkdir(parents=True, exist_ok=True)
    with sortie.open("ab") as reponses:
        # Un lot écrit sans que l'état le dise sera refait : ses lignes s'effacent.
        reponses.truncate(etat.octets)
        for lot in lots(catalogue, etat.classees, taille):
            lignes = [json.dumps(reponse, ensure_ascii=False) + "\n" for reponse in repondre(client, lot)]
            reponses.write("".join(lignes).encode())
            reponses.flush()
            # Sur le disque avant que l'état ne l'affirme.
            os.fsync(reponses.fileno())
            etat = garder(fichier, replace(etat, classees=etat.classees + len(lot), octets=reponses.tell()))
    for lot in lots(catalogue, etat.rangees, taille):
        # Ranger deux fois la même fiche ne change rien : seul l'état dit où reprendre.
        client.upsert(fiche for fiche in lot if isinstance(fiche, Fiche))
        etat = garder(fichier, replace(etat, rangees=etat.rangees + len(lot)))
    return etat


def main() -> int:
    """Lit la ligne de commande ; 1 si le service refuse ou reste injoignable."""
    lecteur = argparse.ArgumentParser(description="Classe un catalogue LHÉO et le range dans l'index du service.")
    lecteur.add_argument("catalogue", type=Path)
    lecteur.add_argument("sortie", type=Path)
    lecteur.add_argument("--service", default="http://127.0.0.1:3000")
    demande = lecteur.parse_args()
    # Les reprises sur service occupé ou coupure, de plus en plus espacées, sont celles du client.
    client = Client(demande.service, api_key=os.environ.get("GENSCAN_API_KEY"), retries=8)
    try:
        etat = ingerer(client, demande.catalogue, demande.sortie)
    except ClientError as erreur:
        sys.stderr.write(f"{erreur.code} : {erreur.message} ; la même commande reprendra ici\n")
        return 1
    sys.stderr.write(f"{etat.classees} fiches classées, {etat.rangees} passées à l'index\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
