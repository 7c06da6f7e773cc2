"""The data card: what the labelled corpus holds, how well its readers agree, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from cartography.tree import Cartographie
from training.corpus.composition import LEAST, OUT_OF_SCOPE_SHARE
from training.corpus.labelled import HELD_OUT, RESERVE, LabelledCorpus
from training.labels.agreement import Agreement
from training.labels.records import Joined
from training.labels.sources import OWN

THIN = 40
"""Records under which a poste is thin."""
_LENGTHS = ((0, "intitulé seul"), (50, "1 à 50 mots"), (150, "51 à 150 mots"), (400, "151 à 400 mots"))


def data_card(corpus: LabelledCorpus, joined: Joined, agreements: Sequence[Agreement], tree: Cartographie) -> str:
    """Return the card in Markdown."""
    rows = list(chain.from_iterable(corpus.proper.values()))
    digital = [row for row in rows if row["numerique"]]
    real = [row for row in digital if row["source"] != OWN.name]
    reserve = list(corpus.splits.get(RESERVE, ()))
    parts = [
        "# Corpus annoté\n",
        f"{len(rows)} fiches, dont {len(digital)} numériques ({len(digital) / max(1, len(rows)):.0%}). Refaire : "
        "`genscan corpus build -o DOSSIER`.\n",
        "Étiquettes posées fiche par fiche, par lecture sous le guide d'annotation et ses règles de départage, par des "
        "modèles de langage ; relisez et corrigez avec `genscan label`. Les textes réels restent hors du dépôt : il "
        "garde identifiants, empreintes et étiquettes.\n",
        "## Partage\n",
        _table(
            ("partie", "fiches", "numériques"), [(n, len(s), sum(s["numerique"])) for n, s in corpus.proper.items()]
        ),
        "Aucun texte ni quasi-doublon (MinHash, Jaccard ≥ 0,5) n'est dans deux parties ; `test_editeurs` ne contient "
        f"que des éditeurs absents de l'entraînement ({', '.join(HELD_OUT)}). {corpus.near_gold} fiches trop proches "
        "du jeu de développement ont été écartées.\n",
        f"{sum(record.chosen for record in joined.records)} fiches ont été choisies à l'aide d'un modèle, "
        "parce qu'il hésitait le plus souvent : "
        "elles ne sont que dans `train` et `reserve`, ou laissées de côté, car mesurer sur elles montrerait un "
        "catalogue plus difficile qu'il ne l'est.\n",
        "## Part hors numérique\n",
        _table(("type, fiches réelles", "corpus", "hors numérique", "part", "réserve"), _shares(rows, reserve)),
        _reserve(reserve),
        "## D'où viennent les fiches\n",
        _counts("origine", rows),
        _counts("type", rows),
        _counts("langue", rows),
        _table(("longueur", "fiches"), _by_length(rows)),
        "## Accord de deux lectures indépendantes\n",
        _agreements(agreements),
        "## Par poste\n",
        _postes(real, digital, tree),
        "## Ce qui manque\n",
        _gaps(joined, real, tree),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _counts(column: str, rows: Sequence[dict[str, Any]]) -> str:
    whole = Counter(row[column] for row in rows)
    digital = Counter(row[column] for row in rows if row["numerique"])
    return _table((column, "fiches", "numériques"), [(key, n, digital[key]) for key, n in whole.most_common()])


def _shares(rows: Sequence[dict[str, Any]], reserve: Sequence[dict[str, Any]]) -> list[tuple[str, int, int, str, int]]:
    real = [row for row in rows if row["source"] != OWN.name]
    whole = Counter(row["type"] for row in real)
    outside = Counter(row["type"] for row in real if not row["numerique"])
    aside = Counter(row["type"] for row in reserve)
    kinds = sorted({*whole, *aside})
    return [(k, whole[k], outside[k], f"{outside[k] / max(1, whole[k]):.1%}", aside[k]) for k in kinds]


def _reserve(reserve: Sequence[dict[str, Any]]) -> str:
    if not reserve:
        return "Toutes les fiches étiquetées sont dans le corpus.\n"
    return (
        f"Le corpus vise {OUT_OF_SCOPE_SHARE:.0%} de fiches hors numérique parmi les fiches réelles de chaque type, "
        f"sans descendre sous {LEAST} fiches réelles ; il garde toutes les fiches numériques, et toutes celles écrites "
        "pour le projet, qui ne comptent pas dans cette part. "
        f"Le surplus, {len(reserve)} fiches hors numérique, est la partie `{RESERVE}` : quatre sur cinq sont tirées, "
        "parmi les intitulés, comme exclusions faciles ; les autres ne servent qu'à calibrer. "
        "Ce sont les plus éloignées du numérique, dont les intitulés ROME enseignent déjà les "
        "métiers. Sont gardées d'abord celles que leur lecteur a jugées discutables (certitude 3, puis 2), puis celles "
        "qu'une séparation linéaire (TF-IDF du titre et du début de la description), apprise sans elles, prend le plus "
        "pour numériques. Les fiches hors numérique des tests sont donc plus difficiles que celles d'un catalogue.\n"
    )


def _by_length(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for row in rows:
        words = len(row["description"].split())
        counts[next((label for most, label in _LENGTHS if words <= most), "plus de 400 mots")] += 1
    return [(label, counts[label]) for label in (*(label for _, label in _LENGTHS), "plus de 400 mots")]


def _agreements(agreements: Sequence[Agreement]) -> str:
    if not agreements:
        return "Aucune fiche n'a été lue deux fois.\n"
    return _table(
        ("niveau", "fiches", "accord", "kappa de Cohen"),
        [(a.level, a.records, f"{a.observed:.3f}", "" if a.kappa is None else f"{a.kappa:.3f}") for a in agreements],
    )


def _postes(real: Sequence[dict[str, Any]], digital: Sequence[dict[str, Any]], tree: Cartographie) -> str:
    first = Counter(row["postes"][0] for row in real if row["postes"])
    accepted = Counter(poste for row in real for poste in row["postes"])
    every = Counter(poste for row in digital for poste in row["postes"])
    return _table(
        ("poste", "réelles, en premier", "réelles, admis", "avec les fiches écrites"),
        [(p.libelle, first[p.id], accepted[p.id], every[p.id]) for p in tree.postes],
    )


def _gaps(joined: Joined, real: Sequence[dict[str, Any]], tree: Cartographie) -> str:
    accepted = Counter(poste for row in real for poste in row["postes"])
    thin = [p.libelle for p in tree.postes if accepted[p.id] < THIN]
    lines = [
        f"- {len(thin)} postes ont moins de {THIN} fiches réelles et s'appuient sur des fiches écrites pour le "
        f"projet : {', '.join(thin)}.",
        "- Les offres réelles viennent surtout de la data et du développement ; design, réseaux sociaux, fibre, "
        "blockchain, fablab, jeux et entrepreneuriat sont presque absents des sources.",
    ]
    if joined.changed:
        lines.append(f"- {len(joined.changed)} étiquettes attendent une relecture : le texte de leur fiche a changé.")
    if joined.missing:
        said = ", ".join(f"{source} {count}" for source, count in joined.missing.most_common())
        lines.append(f"- Étiquettes sans leur texte ici : {said}.")
    return "\n".join(lines) + "\n"
