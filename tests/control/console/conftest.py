"""One console for all who only look, and one visit of a browser for the tests of a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from tests.control.console.visiting import CHROMIUM, DRAWN_WITHIN_MS, FLAGS, Console, sign_in


@pytest.fixture(scope="session")
def console(tmp_path_factory) -> Iterator[Console]:
    opened = Console(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cwd"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Not for longer than a file: while it is there, no asynchronous test can run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def visit(chromium, console):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=console.address)
    context.set_default_timeout(DRAWN_WITHIN_MS)
    return context


@pytest.fixture
def visitor(chromium, console) -> Iterator[Any]:
    """A page that nobody is signed in to."""
    context = visit(chromium, console)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def signed_in(chromium, console) -> Iterator[Any]:
    context = visit(chromium, console)
    page = context.new_page()
    sign_in(page, console.key)
    page.wait_for_url("**/incidents")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in) -> Iterator[Any]:
    """A page that somebody is signed in to, with nothing remembered of the test before."""
    opened = signed_in.new_page()
    yield opened
    opened.evaluate("localStorage.clear()")
    opened.close()
