import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.text import clean_text, fold, genders, strip_gender, title_key


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Développeur (H/F)", "Développeur"),
        ("Développeuse web F/H", "Développeuse web"),
        ("Chargé.e de communication", "Chargé de communication"),
        ("Chargé(e) de projet (h/f/x)", "Chargé de projet"),
        ("DÉVELOPPEUR(EUSE) WEB", "DÉVELOPPEUR WEB"),
        ("Conseiller·ère numérique", "Conseiller numérique"),
        ("Technicien-ne réseau", "Technicien réseau"),
        ("Back-end", "Back-end"),
        ("Data engineer", "Data engineer"),
        ("Administrateur/trice système", "Administrateur système"),
        ("Data Scientist (x/f/m)", "Data Scientist"),
        ("Data Protection Analyst (m/f/n) (H/F)", "Data Protection Analyst"),
        ("Technicien Assainissement (F-H-X)", "Technicien Assainissement"),
        ("Développeur Homme ou Femme", "Développeur"),
        ("Homme / femme à tout faire du web", "Homme / femme à tout faire du web"),
        ("Consultant(e)s Data", "Consultants Data"),
        ("Développeur C/C++", "Développeur C/C++"),
    ],
)
def test_gender_marks_go_and_the_title_stays(written: str, plain: str) -> None:
    assert strip_gender(written) == plain


def test_same_title_whatever_its_writing() -> None:
    assert (
        len(
            {
                title_key(t)
                for t in ("Développeur full-stack", "DEVELOPPEUR FULL STACK (H/F)", "développeur·se Full Stack")
            }
        )
        == 1
    )


def test_clean_text_undoes_double_escaping_and_keeps_comparisons() -> None:
    assert clean_text("&lt;p&gt;Vitesse &amp;lt; 3 s&lt;/p&gt;\x00") == "Vitesse < 3 s"
    assert clean_text("a < b et c > d") == "a < b et c > d"


@given(st.text())
def test_cleaning_twice_changes_nothing_more_than_entities(text: str) -> None:
    once = clean_text(text)
    assert "\x00" not in once
    assert once == once.strip()


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("libelle", "titles"),
    [
        ("Abatteur / Abatteuse de carrière", ("Abatteur de carrière", "Abatteuse de carrière")),
        ("Chef / Cheffe de gisement", ("Chef de gisement", "Cheffe de gisement")),
        (
            "Accastilleur-monteur / Accastilleuse-monteuse électronique",
            ("Accastilleur-monteur électronique", "Accastilleuse-monteuse électronique"),
        ),
        ("Accessoiriste", ("Accessoiriste",)),
    ],
)
def test_genders(libelle: str, titles: tuple[str, ...]) -> None:
    assert genders(libelle) == titles


@given(st.text(alphabet="ab \n\r\t\x0b\x1c\x85\u00a0\u2003\u200b\u2028", max_size=30))
def test_spaces_are_single_and_lines_are_kept(text: str) -> None:
    without = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]", " ", text)
    wanted = re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", without)).strip()
    assert clean_text(text) == wanted
