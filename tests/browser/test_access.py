"""For everybody: names, contrast in light and dark, small screens, the keyboard, the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Watch, opened
from tests.browser.looks import CONTRASTS, FOCUS, TOO_WIDE

LEAST_CONTRAST = 4.5
NAMED = {
    "textbox", "searchbox", "combobox", "button", "link", "checkbox", "radio", "tab", "listbox", "option", "image",
    "img", "region", "progressbar", "progressIndicator", "DisclosureTriangle", "tabpanel", "tablist",
}  # fmt: skip


def home(page: Page) -> None:
    expect(page.locator(".frise li").first).to_be_visible()


def results(page: Page) -> None:
    page.goto("/#/rechercher?texte=développeur+web&lieu=Rennes&rayon=100")
    page.locator("#resultats .fiche summary").first.click()
    expect(page.locator("#resultats .detail").first).to_be_visible()
    page.evaluate("document.getElementById('carte').open = true")


def record(page: Page) -> None:
    page.goto("/#/fiche?type=formation&id=f1")
    expect(page.locator("[data-cible=offre] .fiche").first).to_be_visible()
    expect(page.locator("[data-cible=formation] .fiche").first).to_be_visible()
    expect(page.locator(".fiche-postes h3").first).to_be_visible()
    page.get_by_role("button", name="Corriger ce classement").click()
    page.get_by_role("button", name="Envoyer la correction").wait_for()


def text(page: Page) -> None:
    page.goto("/#/classer")
    page.get_by_role("button", name="Une offre ambiguë").click()
    expect(page.locator(".preuves").first).to_be_visible()


def file(page: Page) -> None:
    page.goto("/#/classer?quoi=fichier")
    content = "Développeur web\nUn intitulé d’une longueur peu commune, qui ne tient pas sur la ligne d’un téléphone\n"
    page.locator("#fichier").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": content.encode()})
    page.get_by_role("button", name="Classer ce fichier").click()
    page.locator(".tableau button").first.click()
    expect(page.locator(".deplie")).to_be_visible()


def tree(page: Page) -> None:
    page.goto("/#/cartographie?poste=developpeur-web")
    expect(page.locator("#poste .voir").first).to_be_visible()
    expect(page.locator("#poste .rome ul")).to_be_visible()


VIEWS = {view.__name__: view for view in (home, results, record, text, file, tree)}


@pytest.fixture(scope="module", params=VIEWS)
def view(request: pytest.FixtureRequest, context: BrowserContext, address: str) -> Iterator[Page]:
    """Give each view once, for all that is looked at in it."""
    with opened(context, Watch(address)) as page:
        VIEWS[request.param](page)
        yield page


def test_everything_that_acts_has_a_name_and_every_image_a_text(view: Page) -> None:
    nodes: list[dict[str, Any]] = view.context.new_cdp_session(view).send("Accessibility.getFullAXTree")["nodes"]
    seen = [node for node in nodes if not node["ignored"] and node["role"]["value"] in NAMED]
    assert len(seen) > 8
    assert not [node["role"]["value"] for node in seen if not node.get("name", {}).get("value", "").strip()]
    assert view.locator("html").get_attribute("lang") == "fr"
    assert not view.locator("img:not([alt])").count()
    identifiers = Counter(view.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)"))
    assert identifiers.most_common(1)[0][1] == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(view: Page, theme: Literal["light", "dark"]) -> None:
    view.emulate_media(color_scheme=theme, reduced_motion="reduce")
    found: list[tuple[str, float]] = view.evaluate(CONTRASTS)
    assert len(found) > 15
    assert not [(words, ratio) for words, ratio in found if ratio < LEAST_CONTRAST]


def test_a_phone_never_scrolls_sideways(view: Page) -> None:
    view.set_viewport_size({"width": 360, "height": 740})
    assert view.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # What does not fit is cut nowhere: it scrolls in a box of its own, or wraps.
    assert not view.evaluate(TOO_WIDE)


def test_the_keyboard_reaches_the_main_controls_in_order_and_shows_where_it_is(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    for _ in range(14):
        page.keyboard.press("Tab")
        name, shown = page.evaluate(FOCUS)
        assert shown, name
        reached.append(name)
    wanted = ["Aller au contenu", "onglet-rechercher", "texte", "Rechercher", "type", "lieu", "rayon", "numerique"]
    assert [name for name in reached if name in wanted] == wanted
    # From one tab to the other with the arrows; the skip link leads to the content without becoming an address.
    page.locator("#onglet-rechercher").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#classer")).to_be_visible()
    expect(page.locator("#onglet-classer")).to_be_focused()
    page.get_by_role("link", name="Aller au contenu").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#contenu")).to_be_focused()
    assert "#/classer" in page.url
