"""Browsing the cartographie: the tree and its counts, a poste's definition and codes, the filter."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_from_a_famille_to_a_poste_and_its_records(page: Page) -> None:
    page.get_by_role("tab", name="Cartographie").click()
    famille = page.locator(".arbre > li").filter(has_text="Développement").first
    expect(famille.locator("> details > summary .compte")).to_contain_text(re.compile(r"2\sformations, 1\soffre"))
    famille.locator("> details > summary").press("Enter")
    metier = famille.locator("details.metier").filter(has_text=re.compile("^Développement")).first
    metier.locator("> summary").press("Enter")
    metier.get_by_role("link", name="Développeur web", exact=True).click()
    expect(page.get_by_role("heading", level=3, name="Développeur web", exact=True)).to_be_focused()
    card = page.locator("#poste")
    expect(card.locator(".definition")).not_to_be_empty()
    expect(card).to_contain_text("M1855")
    card.get_by_role("link", name=re.compile("^Voir .*offre")).click()
    expect(page.locator("#resultats .fiche")).to_have_count(1)
    expect(page.locator("#filtres-actifs")).to_contain_text("Poste : Développeur web")


def test_a_poste_without_records_says_so(page: Page) -> None:
    page.goto("/#/cartographie?poste=data-architect")
    leaf = page.locator(".arbre li").filter(has=page.locator("> a[aria-current]"))
    expect(leaf).to_contain_text("aucune fiche")


def test_the_filter_keeps_the_postes_that_hold_what_is_typed(page: Page) -> None:
    page.goto("/#/cartographie")
    page.locator("#filtre").fill("figma")
    expect(page.locator("#carto-etat")).to_contain_text(re.compile(r"\d+\spostes? sur 107"))
    expect(page.locator(".arbre a[data-poste]:visible").first).to_be_visible()
    page.locator("#filtre").fill("zzzz")
    expect(page.locator("#carto-etat")).to_contain_text("Aucun poste")
