"""The page of a record: what it says, its postes, its sisters and its offers, and the way back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch


def open_first(page: Page) -> str:
    """Open the first course found for "développeur web"; return its title."""
    page.goto("/#/rechercher?texte=développeur+web+et+mobile&type=formation")
    link = page.locator("#resultats .fiche h4 a").first
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=2, name=title)).to_be_focused()
    return title


def test_a_course_tells_its_facts_postes_sisters_offers_and_twin(page: Page) -> None:
    title = open_first(page)
    assert title == "Développeur web et mobile"
    sheet = page.locator("#fiche")
    expect(sheet).to_contain_text("École du Port — Rennes")
    expect(sheet.locator(".faits")).to_contain_text("M1855")
    expect(sheet.locator(".echelle li")).to_have_count(3)
    expect(sheet.get_by_role("heading", name="Postes candidats")).to_be_visible()
    expect(sheet.get_by_role("heading", name="Ce sur quoi s’appuie la réponse")).to_be_visible()
    expect(sheet.get_by_role("heading", name="Autres parutions")).to_be_visible()
    sisters = sheet.locator("[data-cible=formation]")
    expect(sisters.get_by_role("heading", name="Formations sœurs")).to_be_visible()
    expect(sisters.locator(".fiche").first).to_contain_text("Développeur")
    expect(sisters.locator(".raisons").first).to_contain_text(re.compile("même|mots communs"))
    offers = sheet.locator("[data-cible=offre]")
    expect(offers.locator(".fiche").filter(has_text="Développeur web (H/F)")).to_be_visible()
    assert page.title().startswith(title)


def test_to_a_sister_and_back_to_the_same_place_in_the_list(page: Page) -> None:
    title = open_first(page)
    sister = page.locator("[data-cible=formation] .fiche h4 a").first
    name = sister.inner_text()
    sister.press("Enter")
    expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", level=2, name=title, exact=True)).to_be_focused()
    page.get_by_role("link", name="← Retour à la recherche").click()
    expect(page.locator("#resultats .fiche h4 a").filter(has_text=title).first).to_be_focused()
    expect(page.get_by_label("Votre recherche")).to_have_value("développeur web et mobile")


def test_a_link_that_was_shared_opens_the_record(page: Page) -> None:
    # Another document than the one that is open: all that the page knew is gone.
    page.goto("/?#/fiche?type=offre&id=o1")
    expect(page.get_by_role("heading", level=2, name="Développeur web (H/F)")).to_be_visible()
    expect(page.get_by_role("heading", name="Formations pour cette offre")).to_be_visible()
    expect(page.locator("#onglet-rechercher")).to_have_attribute("aria-selected", "true")


def test_a_record_that_is_gone_is_told_gone(page: Page, watch: Watch) -> None:
    watch.forgiven = ("404",)
    page.goto("/#/fiche?type=offre&id=zzz")
    expect(page.locator("#fiche")).to_contain_text("Elle n’est pas, ou plus, dans le catalogue.")
