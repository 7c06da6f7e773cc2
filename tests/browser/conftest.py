"""Chromium on the page of an application that listens here; whatever a test does, nothing may be asked elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from models.classifier import Classifier
from models.search.build import build_index
from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings
from tests.browser.catalogue import FICHES
from tests.serving.listening import listening

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 15_000
"""A shared machine stalls; nothing waits that long when all is well."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Give a browser for this package only: while one is held, nothing else may run an event loop in this thread."""
    executable = next((found for name in NAMES if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("Chromium n'est pas installé (apt-get install chromium) : la page n'est pas essayée")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def settings(tiny_bundle_dir: Path, tiny_classifier: Classifier, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    directory = tmp_path_factory.mktemp("navigateur")
    build_index(list(FICHES), directory / "index", tiny_classifier)
    return Settings(bundle=tiny_bundle_dir, index=directory / "index", var=directory / "var", threads=1)


@pytest.fixture(scope="package")
def engine(settings: Settings) -> Engine:
    return Engine.load(settings)


@pytest.fixture(scope="package")
def address(engine: Engine, settings: Settings) -> Iterator[str]:
    with listening(create_app(lambda: engine, settings)) as address:
        yield address


@dataclass
class Watch:
    """What a page did that it should not have.

    Attributes:
        address: where it comes from.
        forgiven: what a test makes go wrong on purpose, as the browser's console tells it.
    """

    address: str
    forgiven: tuple[str, ...] = ()
    elsewhere: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def request(self, request: Request) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(request.url))
        if origin != self.address and not request.url.startswith(("blob:", "data:")):
            self.elsewhere.append(request.url)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def left(self) -> list[str]:
        return [fault for fault in self.faults if not any(part in fault for part in self.forgiven)]


@pytest.fixture(scope="package")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """Give one context for all pages, which keep nothing: the files are read once."""
    context = browser.new_context(base_url=address, locale="fr-FR", viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@contextmanager
def opened(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """Give the page, opened and ready; at the end it has asked nothing elsewhere, and nothing went wrong in it."""
    page = context.new_page()
    page.on("request", watch.request)
    page.on("console", watch.console)
    page.on("pageerror", lambda error: watch.faults.append(str(error)))
    page.goto(watch.address)
    page.locator(".frise li").first.wait_for()
    yield page
    page.close()
    assert not watch.elsewhere
    assert not watch.left()


@pytest.fixture
def watch(address: str) -> Watch:
    return Watch(address)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    with opened(context, watch) as page:
        yield page
