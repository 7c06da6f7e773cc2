"""Saying that an answer is wrong: the form, what is kept of it, the key that the service may ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings
from tests.browser.conftest import Watch
from tests.serving.listening import listening

KEY = "clef-de-test"


def kept(settings: Settings) -> list[dict[str, object]]:
    file = settings.corrections_file
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def classify(page: Page, title: str) -> None:
    page.goto("/#/classer")
    page.locator("#intitule").fill(title)
    page.get_by_role("button", name="Classer ce texte").click()
    page.get_by_role("button", name="Corriger ce classement").click()


def test_a_correction_made_with_the_keyboard_is_kept(page: Page, settings: Settings) -> None:
    classify(page, "Développeur web de test")
    form = page.get_by_role("form", name="Corriger ce classement")
    expect(form.get_by_role("radio", name="Oui")).to_be_focused()
    for chip in range(form.locator(".jeton").count(), 0, -1):
        form.locator(".jeton").nth(chip - 1).click()
    field = form.get_by_role("combobox", name="Postes")
    field.press_sequentially("full st")
    expect(form.get_by_role("option").first).to_contain_text("full stack")
    field.press("ArrowDown")
    field.press("Enter")
    expect(form.get_by_role("list", name="Postes choisis")).to_contain_text("Développeur full stack")
    form.get_by_label("Note").fill("Serveur et écran.")
    form.get_by_role("button", name="Envoyer la correction").press("Enter")
    expect(page.get_by_text("Correction enregistrée.")).to_be_visible()
    expect(page.get_by_role("button", name="Corriger ce classement")).to_be_focused()
    last = kept(settings)[-1]
    assert (last["label"], last["note"]) == ("developpeur-full-stack", "Serveur et écran.")


def test_a_record_of_the_catalogue_is_corrected_as_it_stands(page: Page, settings: Settings) -> None:
    page.goto("/#/fiche?type=formation&id=f6")
    page.get_by_role("button", name="Corriger ce classement").click()
    form = page.get_by_role("form", name="Corriger ce classement")
    form.get_by_role("radio", name="Non").check()
    expect(form.get_by_role("combobox")).to_be_hidden()
    form.get_by_role("button", name="Envoyer la correction").click()
    expect(page.get_by_text("Correction enregistrée.")).to_be_visible()
    last = kept(settings)[-1]
    assert last["label"] == "non"
    fiche = last["fiche"]
    assert isinstance(fiche, dict)
    assert fiche["id"] == "f6"


def test_a_correction_without_poste_is_told_beside_its_field(page: Page) -> None:
    classify(page, "Boulanger")
    form = page.get_by_role("form", name="Corriger ce classement")
    form.get_by_role("radio", name="Oui").check()
    form.get_by_role("button", name="Envoyer la correction").click()
    expect(form.get_by_role("combobox")).to_have_accessible_description(re.compile("choisissez au moins un poste"))
    form.get_by_role("button", name="Annuler").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("button", name="Corriger ce classement")).to_be_focused()


@pytest.fixture
def locked(engine: Engine, settings: Settings) -> Iterator[str]:
    with listening(create_app(lambda: engine, settings.model_copy(update={"api_keys": SecretStr(KEY)}))) as address:
        yield address


def test_a_key_is_asked_for_only_when_the_service_wants_one(page: Page, watch: Watch, locked: str) -> None:
    watch.address, watch.forgiven = locked, ("401",)
    page.goto(f"{locked}/#/fiche?type=formation&id=f6")
    page.get_by_role("button", name="Corriger ce classement").click()
    form = page.get_by_role("form", name="Corriger ce classement")
    form.get_by_role("radio", name="Non").check()
    expect(form.get_by_label("Clé d’écriture")).to_be_hidden()
    form.get_by_role("button", name="Envoyer la correction").click()
    expect(form.get_by_label("Clé d’écriture")).to_be_focused()
    form.get_by_label("Clé d’écriture").fill("fausse")
    form.get_by_label("Clé d’écriture").press("Enter")
    expect(form.get_by_label("Clé d’écriture")).to_have_accessible_description(re.compile("clé absente ou inconnue"))
    form.get_by_label("Clé d’écriture").fill(KEY)
    form.get_by_label("Clé d’écriture").press("Enter")
    expect(page.get_by_text("Correction enregistrée.")).to_be_visible()
    # In memory only.
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
