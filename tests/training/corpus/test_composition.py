from collections import Counter
from collections.abc import Sequence
from itertools import chain
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartography.fiche import Fiche, FicheType
from cartography.loading import load_version
from training.corpus.composition import compose, digital_scores, out_of_scope_wanted
from training.corpus.data_card import data_card
from training.corpus.labelled import RESERVE, build_labelled_corpus
from training.labels.log import Label
from training.labels.records import Joined, LabelledRecord
from training.labels.sources import OWN, SourceText, text_hash

TREE = load_version()
KINDS: tuple[FicheType, ...] = ("formation", "offre")
TITLES = ("Développeur web", "Data analyst", "Électronicien", "Boulanger", "Licence de gestion", "Excel", "***", "C")
TOWNS = ("Lyon", "Brest", "Lille", "Nice", "Dijon", "Metz", "Pau", "Tours")


def _record(
    number: int,
    title: str,
    digital: bool,
    kind: FicheType = "formation",
    certitude: int = 1,
    source: str = "onisep",
    text: str = "",
) -> LabelledRecord:
    fiche = Fiche(str(number), kind, title, text)
    label = "developpeur-web" if digital else "non"
    return LabelledRecord(
        SourceText(source, source, fiche),
        Label(source, fiche.id, kind, text_hash(fiche), label, certitude, "1", "x", "2026-01-01"),
    )


def _counts(records: Sequence[LabelledRecord]) -> Counter[tuple[str, bool]]:
    return Counter((r.fiche.type, r.label.numerique) for r in records if r.label.source != OWN.name)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(TITLES),
        st.booleans(),
        st.sampled_from(KINDS),
        st.integers(1, 3),
        st.sampled_from(("onisep", "offres", OWN.name)),
        st.integers(0, 9),
    ),
    max_size=30,
)


@given(ROWS, st.integers(0, 20), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_a_composition_loses_nothing_reaches_its_share_and_ignores_order(
    rows: list[tuple[str, bool, FicheType, int, str, int]], least: int, random: Random
) -> None:
    pairs = [(_record(i, *row[:5]), str(row[5])) for i, row in enumerate(rows)]
    records = [record for record, _ in pairs]
    made = compose(records, [group for _, group in pairs], least=least)
    assert made.kept | made.reserve == {r.label.key for r in records}
    assert not made.kept & made.reserve
    assert all(r.label.source != OWN.name and not r.label.numerique for r in records if r.label.key in made.reserve)
    whole, kept = _counts(records), _counts([r for r in records if r.label.key in made.kept])
    for kind in KINDS:
        wanted = out_of_scope_wanted(whole[kind, True], least=least)
        assert kept[kind, False] == min(whole[kind, False], wanted)
    random.shuffle(pairs)
    assert compose([r for r, _ in pairs], [g for _, g in pairs], least=least) == made


@given(st.integers(1, 100_000), st.floats(0.05, 0.95))
def test_the_share_is_reached_to_half_a_record(digital: int, share: float) -> None:
    wanted = out_of_scope_wanted(digital, share, least=0)
    assert abs(wanted - share * (digital + wanted)) <= 0.5 + 1e-6


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_type_never_falls_under_its_least(digital: int, least: int) -> None:
    assert digital + out_of_scope_wanted(digital, least=least) >= least


NEAR = ("Technicien électrique", "Animateur de réseau", "Vendeur web", "Développeur commercial")


def _field(kind: FicheType) -> list[LabelledRecord]:
    start = 1000 * KINDS.index(kind)
    rows = [(f"{job} {town}", True) for job in ("Technicien réseau", "Développeur web") for town in TOWNS]
    rows += [(f"{job} {town}", False) for job in ("Boulanger", "Soudeur", "Infirmier") for town in TOWNS]
    rows += [(title, False) for title in NEAR]
    return [_record(start + i, title, digital, kind) for i, (title, digital) in enumerate(rows)]


def test_near_misses_are_kept_first() -> None:
    records = [record for kind in KINDS for record in _field(kind)]
    made = compose(records, [r.fiche.id for r in records], least=0)
    kept = [r.fiche.intitule for r in records if not r.label.numerique and r.label.key in made.kept]
    assert len(kept) == 2 * out_of_scope_wanted(16, least=0) == 18
    assert all(kept.count(title) == 2 for title in NEAR)


def test_what_its_reader_doubted_comes_before_what_its_words_say() -> None:
    records = [*_field("offre"), _record(5000, "Couvreur", False, "offre", certitude=2)]
    made = compose(records, [r.fiche.id for r in records], least=0)
    assert ("onisep", "5000") in made.kept


def test_a_score_is_given_by_what_has_not_seen_the_record_nor_its_copies() -> None:
    # Told apart by nothing but a mislabelled copy, "Soudeur" would look digital.
    records = [*_field("offre"), *(_record(6000 + i, "Soudeur à l'arc", i == 0, "offre") for i in range(2))]
    groups = [r.fiche.id if int(r.fiche.id) < 6000 else "copies" for r in records]
    scores = digital_scores(records, groups)
    assert scores["onisep", "6000"] == scores["onisep", "6001"] < 0


@pytest.fixture(scope="module")
def labelled() -> list[LabelledRecord]:
    words = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliette")
    jobs = (("Développeur", True), ("Analyste", True), ("Soudeur", False), ("Boulanger", False), ("Infirmier", False))
    rows = [(f"{job} {w} {i}{j}", digital) for i, (job, digital) in enumerate(jobs) for j, w in enumerate(words)]
    return [
        _record(i, title, digital, "offre", text=f"Mission {title} numéro {i * 31}")
        for i, (title, digital) in enumerate(rows)
    ]


def test_the_corpus_holds_its_share_and_moves_no_record_between_its_splits(labelled: list[LabelledRecord]) -> None:
    every = build_labelled_corpus(labelled, TREE)
    made = build_labelled_corpus(labelled, TREE, least=0)
    assert RESERVE not in every.splits
    proper = list(chain.from_iterable(made.proper.values()))
    assert sum(not row["numerique"] for row in proper) == out_of_scope_wanted(20, least=0) == 11
    assert {row["id"] for row in proper} | set(made.splits[RESERVE]["id"]) == {r.fiche.id for r in labelled}
    for name, split in made.proper.items():
        assert set(split["id"]) <= set(every.splits[name]["id"])


def test_the_card_counts_the_reserve_apart_and_says_why(labelled: list[LabelledRecord]) -> None:
    card = data_card(
        build_labelled_corpus(labelled, TREE, least=0), Joined(labelled, [], Counter()), agreements=[], tree=TREE
    )
    assert "31 fiches, dont 20 numériques" in card
    assert "| offre | 31 | 11 | 35.5% | 19 |" in card
    assert "19 fiches hors numérique, est la partie `reserve`" in card
    whole = data_card(build_labelled_corpus(labelled, TREE), Joined(labelled, [], Counter()), agreements=[], tree=TREE)
    assert "Toutes les fiches étiquetées sont dans le corpus." in whole
