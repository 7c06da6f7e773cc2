"""Classifying a text, and a file: the answer in words, the tree lit up, progress, the table, what is downloaded."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Watch

TITLES = ("Développeur web", "Boulanger", "Data engineer")


def classify_file(page: Page, name: str, content: str) -> None:
    page.goto("/#/classer?quoi=fichier")
    page.locator("#fichier").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content.encode()})
    page.get_by_role("button", name="Classer ce fichier").click()
    expect(page.locator("#lot-etat")).to_contain_text(re.compile(r"classées?\s:"))


def test_a_text_gets_a_verdict_a_lit_tree_and_evidence(page: Page) -> None:
    page.get_by_role("tab", name="Classer un texte ou un fichier").click()
    page.locator("#intitule").fill("Développeur web")
    page.get_by_role("button", name="Classer ce texte").press("Enter")
    answer = page.locator("#reponse")
    expect(answer.get_by_role("heading", name="Numérique", exact=True)).to_be_visible()
    expect(page.locator("#classement-etat")).to_have_text("Classement terminé.")
    lit = answer.locator(".eclairage > li").first
    expect(lit).to_contain_text("Développement")
    expect(lit.get_by_role("link", name="Développeur web", exact=True)).to_be_visible()
    # The likeliest poste is the brightest tick.
    lights = [float(light) for light in lit.locator("rect[fill-opacity]").evaluate_all(
        "all => all.map((one) => one.getAttribute('fill-opacity'))")]  # fmt: skip
    assert max(lights) > 0.5
    expect(answer.locator(".preuves li").first).to_contain_text("Développeur web")


def test_a_text_without_title_is_told_beside_its_field(page: Page) -> None:
    page.goto("/#/classer")
    page.get_by_role("button", name="Classer ce texte").click()
    expect(page.locator("#intitule")).to_be_focused()
    expect(page.locator("#intitule")).to_have_accessible_description(re.compile("Indiquez l’intitulé"))


def test_a_file_of_titles_becomes_a_table_and_two_files(page: Page, tmp_path: Path) -> None:
    classify_file(page, "titres.txt", "\n".join(TITLES))
    expect(page.locator("#lot-etat")).to_contain_text("3 fiches classées : 2 du numérique")
    rows = page.locator(".tableau tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("non")
    opener = rows.first.get_by_role("button", name="Développeur web")
    opener.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".deplie")).to_contain_text("Ce sur quoi s’appuie la réponse")
    with page.expect_download() as lines:
        page.get_by_role("button", name="Télécharger en JSON Lines").click()
    assert lines.value.suggested_filename == "titres-classe.jsonl"
    lines.value.save_as(tmp_path / "lignes")
    answers = [json.loads(line) for line in (tmp_path / "lignes").read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["ligne-1", "ligne-2", "ligne-3"]
    assert answers[0]["poste"]["id"] == "developpeur-web"
    with page.expect_download() as table:
        page.get_by_role("button", name="Télécharger en CSV").click()
    table.value.save_as(tmp_path / "table")
    with (tmp_path / "table").open(encoding="utf-8-sig", newline="") as stream:
        read = list(csv.DictReader(stream, delimiter=";"))
    assert [row["intitule"] for row in read] == list(TITLES)
    assert [row["numerique"] for row in read] == ["oui", "non", "oui"]


def test_a_bad_record_spoils_only_its_own_line(page: Page) -> None:
    good, bad = {"id": "a", "type": "offre", "intitule": "Data engineer"}, {"id": "c", "type": "x"}
    classify_file(page, "fiches.jsonl", "\n".join([json.dumps(good), "{", json.dumps(bad)]))
    expect(page.locator("#lot-etat")).to_contain_text("1 fiche classée")
    expect(page.locator("#lot-etat")).to_contain_text("2 non classées")
    expect(page.locator(".refusee").first).to_contain_text("cette ligne n’est pas du JSON")


def test_a_long_file_is_asked_in_batches_and_progress_shows(page: Page) -> None:
    asked: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/classify"):
            asked.append(len(json.loads(request.post_data or "")["fiches"]))

    page.on("request", note)
    page.evaluate(
        """() => {
          window.steps = [];
          const gauge = document.getElementById("avancement-jauge");
          new MutationObserver(() => window.steps.push(gauge.value)).observe(gauge, { attributes: true });
        }"""
    )
    classify_file(page, "tableau.json", json.dumps([f"Développeur web {rank}" for rank in range(100)]))
    assert sum(asked) == 100
    assert len(asked) > 2
    assert page.evaluate("window.steps").count(asked[0]) > 0
    expect(page.locator(".tableau tbody tr")).to_have_count(50)
    page.get_by_role("button", name=re.compile("Afficher plus")).click()
    expect(page.locator(".tableau tbody tr")).to_have_count(100)


def test_what_a_failure_left_is_taken_up_again(page: Page, watch: Watch) -> None:
    watch.forgiven = ("500",)
    calls: list[str] = []

    def fail_second(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) == 2:
            route.fulfill(status=500, json={"erreur": {"code": "erreur_interne", "message": "erreur interne"}})
        else:
            route.continue_()

    page.route("**/classify", fail_second)
    classify_file(page, "titres.txt", "\n".join(f"Data engineer {rank}" for rank in range(60)))
    expect(page.locator("#lot-etat")).to_contain_text("20 fiches restent à classer.")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#lot-etat")).to_contain_text(re.compile(r"60\sfiches classées"))
    # What was classified is not asked again.
    assert len(calls) == 3


def test_what_is_no_file_is_refused_in_words(page: Page) -> None:
    page.goto("/#/classer?quoi=fichier")
    page.get_by_role("button", name="Classer ce fichier").click()
    expect(page.locator("#fichier")).to_have_accessible_description(re.compile("choisissez un fichier"))
    page.locator("#fichier").set_input_files({"name": "a.json", "mimeType": "text/plain", "buffer": b"[1,"})
    page.get_by_role("button", name="Classer ce fichier").click()
    expect(page.locator("#fichier")).to_have_accessible_description(re.compile("tableau JSON ne se lit pas"))
