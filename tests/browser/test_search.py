"""Searching: suggestions by the keyboard, why results match, facets, the map and its circle."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch


def titles(page: Page) -> list[str]:
    return page.locator("#resultats .fiche h4").all_inner_texts()


def test_a_suggestion_is_picked_with_the_keyboard(page: Page) -> None:
    field = page.get_by_label("Votre recherche")
    field.press_sequentially("data eng")
    option = page.get_by_role("option", name=re.compile("Data engineer"))
    expect(option.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    picked = page.get_by_role("option").first.locator(".libelle").inner_text()
    field.press("Enter")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_focused()
    expect(field).to_have_value(picked)
    expect(page.locator("#resultats .fiche").first).to_contain_text("Data engineer")
    # A screen reader is told how many there are.
    expect(page.locator("#recherche-etat")).to_contain_text(re.compile(r"fiche|formations et offres"))


def test_results_tell_why_they_match_and_where_they_are_filed(page: Page) -> None:
    page.goto("/#/rechercher?texte=développeur+web")
    first = page.locator("#resultats .fiche").first
    expect(first.locator("mark").first).to_be_visible()
    expect(first.locator(".proximite")).to_contain_text("pertinence")
    expect(first.locator(".chemin")).to_contain_text("Développement")


def test_facets_narrow_the_results_and_chips_widen_them_again(page: Page) -> None:
    page.goto("/#/rechercher?parcourir=1")
    expect(page.locator("#resultats-titre")).to_contain_text("formations et offres")
    everything = titles(page)
    page.get_by_role("radio", name=re.compile("Formations")).check()
    expect(page.locator("#resultats .badge.offre")).to_have_count(0)
    page.locator('[data-cle="famille=developpement"]').check()
    expect(page.locator("#filtres-actifs")).to_contain_text("Famille : Développement")
    expect(page.locator("#resultats .fiche").filter(has_text="Community manager")).to_have_count(0)
    assert 0 < len(titles(page)) < len(everything)
    page.get_by_role("button", name="Effacer les filtres").click()
    expect(page.locator("#filtres-actifs")).to_be_hidden()
    expect(page.locator("#resultats .fiche")).to_have_count(len(everything))


def test_a_place_and_a_radius_keep_what_is_near_and_the_map_shows_them(page: Page) -> None:
    page.goto("/#/rechercher?parcourir=1")
    page.locator("#lieu").fill("Rennes")
    page.locator("#lieu").press("Enter")
    expect(page.locator("#resultats-titre")).to_contain_text("Rennes et 30 km alentour")
    expect(page.locator("#carte-dessin circle.rayon")).to_be_visible()
    expect(page.locator("#carte-dessin g.points > *")).to_have_count(page.locator("#resultats .fiche").count())
    picture = page.get_by_role("img", name=re.compile("cercle de 30 km autour de Rennes"))
    expect(picture).to_be_visible()
    narrow = float(page.locator("#carte-dessin circle.rayon").get_attribute("r") or 0)
    page.locator("#rayon").select_option("100")
    expect(page.locator("#resultats-titre")).to_contain_text("100 km")
    assert float(page.locator("#carte-dessin circle.rayon").get_attribute("r") or 0) > 3 * narrow


def test_a_press_on_the_map_searches_there(page: Page) -> None:
    page.goto("/#/rechercher?parcourir=1&rayon=30")
    expect(page.locator("#resultats .fiche").first).to_be_visible()
    page.locator("#rayon").select_option("100")
    box = page.locator("#carte-dessin [role=img]").bounding_box()
    assert box is not None
    # Lyon, on a grid of 420 by 400: see serving/page/france.js.
    page.mouse.click(box["x"] + box["width"] * 279 / 420, box["y"] + box["height"] * 218 / 400)
    expect(page.locator("#lieu")).to_have_value(re.compile(r"^45\.\d+, 4\.\d+$"))
    expect(page.locator("#filtres-actifs")).to_contain_text("point de la carte, 100 km alentour")
    expect(page.locator("#resultats .fiche").first).to_contain_text("Lyon")
    expect(page.locator("#resultats .fiche").filter(has_text="Rennes")).to_have_count(0)


def test_an_unknown_place_is_told_beside_its_field(page: Page, watch: Watch) -> None:
    watch.forgiven = ("422",)
    page.goto("/#/rechercher?parcourir=1&lieu=Zzzz")
    field = page.locator("#lieu")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("aucune commune"))
    page.get_by_role("button", name="Chercher sans lieu").click()
    expect(page.locator("#resultats .fiche").first).to_be_visible()
