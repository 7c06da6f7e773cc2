from __future__ import annotations

import os
import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.reading import MAX_TITLE, Reader, sentences, words

SALIENCE = {"python": 2.0, "spark": 2.0, "réseau": 1.0}
BOILERPLATE = "Notre groupe est présent dans trente pays. Rejoignez une équipe conviviale et dynamique. "


def test_the_job_is_found_among_the_boilerplate() -> None:
    reader = Reader(SALIENCE, characters=60)
    text = BOILERPLATE * 5 + "Vous codez en Python et Spark. " + BOILERPLATE * 5
    assert "Python et Spark" in reader.passages(text)


def test_a_short_description_is_read_whole() -> None:
    assert Reader(SALIENCE, 200).passages("Notre groupe recrute.\nPython") == "Notre groupe recrute.\nPython"


def test_chosen_sentences_keep_their_order() -> None:
    read = Reader(SALIENCE, 60).passages("Un réseau.\n" + BOILERPLATE + "\nDu Python et du Spark.")
    assert read.index("réseau") < read.index("Python")


def test_a_title_alone_is_a_plain_text_and_an_endless_one_is_cut() -> None:
    assert Reader(SALIENCE, 50).text(Fiche("1", "offre", "Data engineer")) == "Data engineer"
    assert len(Reader(SALIENCE, 50).text(Fiche("1", "offre", "x" * 10_000))) == MAX_TITLE


@given(st.text(max_size=3_000), st.integers(1, 300))
def test_no_more_is_read_than_asked(text: str, characters: int) -> None:
    assert len(Reader(SALIENCE, characters).passages(text)) <= max(
        characters, len(text) if len(text) <= characters else 0
    )


@given(st.text(max_size=500))
def test_sentences_hold_every_word_of_the_text(text: str) -> None:
    assert [w for s in sentences(text) for w in words(s)] == words(" ".join(sentences(text)))
    assert all(s.strip() for s in sentences(text)) or not text.strip()


@given(st.text(alphabet=" \n\t\u00a0.:;-–•ab", max_size=40))
def test_sentences_break_after_marks_at_lines_and_at_dashes(text: str) -> None:
    plain = re.split(r"(?<=[.!?;:])\s+|\s*\n\s*|\s+[•·–-]\s+", text)
    assert sentences(text) == [piece for piece in plain if piece]


def test_every_process_reads_the_same() -> None:
    """Hashes differ from one process to the next: no choice may hang on the order of a set."""
    program = (
        "from models.reading import Reader\n"
        "letters = 'abcdefghijklmnop'\n"
        "salience = {f'mot{x}': 0.1 * rank + 0.07 for rank, x in enumerate(letters)}\n"
        "one = ' '.join(f'mot{x}' for x in letters) + '.'\n"
        "other = ' '.join(f'mot{x}' for x in reversed(letters)) + '.'\n"
        "print(repr(Reader(salience, 90)._score(one)), Reader(salience, 90).passages(f'{one} {other} {one}'))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(4)
    }
    assert len(said) == 1
