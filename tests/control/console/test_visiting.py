"""Who may come in, on what device, and that texts, early leavers and networks do no harm."""

import re
import socket

import pytest
from tests.control.console.visiting import IN_A_BROWSER, expect, sign_in

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("path", ["/incidents", "/requests", "/incidents/inc-01k9-openai"])
def test_who_is_not_signed_in_sees_only_the_form_and_comes_back_after(visitor, console, path):
    asked = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(path)

    assert "/login?next=" in visitor.url
    assert not [url for url in asked if "_nicegui" in url]
    visitor.fill("#key", console.key)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(f"**{path}")


def test_a_wrong_key_is_told_and_the_right_one_opens(visitor, console):
    sign_in(visitor, "ll-admin-wrong")
    expect(visitor.get_by_role("alert")).to_have_text("That is not the admin key.")

    sign_in(visitor, console.key)
    visitor.wait_for_url("**/incidents")


def test_signing_out_ends_it(visitor, console):
    sign_in(visitor, console.key)
    visitor.get_by_role("button", name="Sign out").click()
    visitor.wait_for_url("**/login")
    visitor.goto("/requests")
    assert "/login" in visitor.url


def test_a_telephone_shows_the_whole_header_and_every_page_fits(page):
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/incidents")
    out = page.get_by_role("button", name="Sign out")

    expect(out).to_be_visible()
    box = out.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 400
    expect(page.get_by_role("link", name="Decisions")).to_be_in_viewport(ratio=1)
    for path in (
        "/incidents/inc-01k9-openai",
        "/reviews",
        "/targets",
        "/tools",
        "/triage",
        "/destinations",
        "/audit",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_keyboard_walks_opens_and_closes(page):
    page.goto("/incidents")
    expect(page.locator("tbody tr")).to_have_count(6)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_have_text(re.compile("^anthropic/claude-sonnet-4-5 states facts"))
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_be_hidden()


def test_the_theme_follows_the_system_until_one_is_chosen(page):
    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="light")
    page.goto("/incidents")
    light = background()
    page.emulate_media(color_scheme="dark")
    dark = background()
    assert light != dark

    page.emulate_media(color_scheme="light")
    switch = page.locator("[data-theme-switch]")
    switch.click()
    switch.click()
    expect(switch).to_have_attribute("data-shows", "dark")
    page.reload()
    expect(switch).to_have_attribute("data-shows", "dark")
    assert background() == dark


def test_nothing_is_fetched_from_elsewhere_and_nothing_complains(page, console):
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("/incidents/inc-01k9-openai", "/requests"):
        page.goto(path)
        expect(page.locator("tbody tr")).not_to_have_count(0)
    for path in ("/triage?symptom=slow", "/runbooks", "/destinations", "/audit"):
        page.goto(path)
        expect(page.locator(".ll-page > div").last).not_to_be_empty()

    assert asked
    assert not [url for url in asked if not url.startswith((console.address, "data:"))]
    assert not complaints


def test_text_of_models_and_callers_stays_text(page):
    page.goto("/incidents/inc-01k9-summary")
    evidence = page.locator(".ll-evidence", has_text="onerror")

    expect(evidence).to_have_text('<img src=x onerror="window.breached=1">**bold** \\x1b[31mred\\x1b[0m')
    assert evidence.locator("*").count() == 0
    page.goto("/requests?flagged=true")
    page.locator("tbody tr").first.click()
    expect(page.locator("pre.ll-text").last).to_contain_text("<img src=x onerror")
    assert page.evaluate("window.breached") is None
    assert page.locator("img[src='x']").count() == 0


def test_a_visitor_who_leaves_early_is_no_error(page, console):
    page.goto("/incidents")
    script = page.locator("script[src*='quasar.umd']").first.get_attribute("src")
    host, port = console.address.removeprefix("http://").split(":")
    for _ in range(20):
        with socket.create_connection((host, int(port))) as visitor:
            ask = f"GET {script} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {console.key}\r\n\r\n"
            visitor.sendall(ask.encode())

    page.reload()
    expect(page.locator("tbody tr")).to_have_count(6)
    # What the process said about it is read when it is closed.
