"""The console in a real Chromium, in front of a real control process."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

REPOSITORY = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]


class Console(NamedTuple):
    address: str
    key: str
    process: subprocess.Popen[str]
    root: Path
    cwd: Path


@pytest.fixture(scope="module")
def console(tmp_path_factory) -> Iterator[Console]:
    root, cwd = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cwd")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.control.console_process", str(root), "0"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    address = next(line.split()[1] for line in process.stderr if line.startswith("ready "))
    yield Console(address, (root / "admin.key").read_text().strip(), process, root, cwd)
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def chromium():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium, console):
    """A page that nobody is signed in to."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=console.address)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(visitor, console):
    sign_in(visitor, console.key)
    return visitor


def sign_in(page, key: str) -> None:
    page.goto("/login")
    page.fill("#key", key)
    page.click("button[type=submit]")


sync_api.expect.set_options(timeout=15_000)  # a busy machine draws late


def expect(thing):
    return sync_api.expect(thing)


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


def test_incidents_stand_worst_first_with_their_words(page):
    page.goto("/incidents")
    rows = page.locator("tbody tr")

    expect(rows).to_have_count(6)
    expect(rows.nth(0)).to_contain_text("critical")
    expect(rows.nth(0)).to_contain_text("openai answers with server errors")
    expect(rows.nth(0)).to_contain_text("1,184")
    expect(page.locator("tbody")).to_contain_text("SECURITY:globex")
    expect(page.get_by_role("note")).to_contain_text("time_scale 0.1")
    expect(page).to_have_title(re.compile(r"^\(3\) Incidents"))


def test_a_filter_narrows_the_list_and_stands_in_the_address(page):
    page.goto("/incidents")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)

    page.get_by_label("Category").select_option("cost")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/incidents?status=open&category=cost")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)

    page.get_by_label("Category").select_option("data")
    expect(page.get_by_text("No incident matches.")).to_be_visible()


def test_targets_tell_whom_a_breaker_leaves_alone_and_whose_limits_run_out(page):
    page.goto("/targets")

    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("openai / m")
    expect(rows.nth(0)).to_contain_text("provider.outage")
    expect(rows.nth(1)).to_contain_text("11 s")


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


def test_an_incident_shows_its_life_its_evidence_and_the_request(page):
    page.goto("/incidents")
    page.get_by_text("openai answers with server errors").click()
    detail = page.get_by_role("complementary")

    expect(detail.get_by_role("img", name="Severity over time")).to_be_visible()
    expect(detail.locator(".ll-stair")).to_have_count(2)
    expect(detail.locator(".ll-paged")).to_have_count(2)
    expect(detail.locator(".ll-sample").first).to_contain_text("http_status503")
    expect(detail.locator(".ll-dimensions")).to_contain_text("us-east-1")
    expect(detail.locator(".ll-branch[open] .ll-questions li")).to_have_count(3)
    expect(detail.locator(".ll-changes")).to_contain_text("Escalated")
    page.wait_for_url("**/incidents/inc-01k9-openai")

    detail.locator(".ll-first-request").click()
    page.wait_for_url("**/requests/req-provider.outage-*")
    expect(page.get_by_role("complementary")).to_contain_text("server_error")

    page.get_by_role("link", name="incident", exact=True).click()
    page.wait_for_url("**/incidents/inc-01k9-openai")


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


def test_a_decision_takes_a_name_and_a_note_and_stands_in_the_timeline(page):
    page.goto("/incidents/inc-01k9-summary")
    detail = page.get_by_role("complementary")
    detail.get_by_role("button", name="Acknowledge").click()
    form = detail.get_by_role("form", name="Acknowledge")
    form.get_by_placeholder("who decides").fill("Ann")
    form.get_by_label("Note").fill("<b>looking</b>")
    form.get_by_role("button", name="Acknowledge").click()

    expect(detail.get_by_role("status")).to_have_text("It is acknowledged.")
    expect(detail.locator(".ll-change").last).to_contain_text("by Ann")
    expect(detail.locator(".ll-note")).to_have_text("<b>looking</b>")
    expect(page.locator("tbody tr", has_text="QUALITY:")).to_contain_text("by Ann")
    expect(detail.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_the_name_is_remembered_and_resolving_asks_once_more(page):
    page.goto("/incidents")
    page.evaluate("localStorage.setItem('leadline_name', 'Bob')")
    page.locator("tbody tr", has_text="COST:").get_by_role("button", name="Resolve").click()
    form = page.get_by_role("form", name="Resolve")
    expect(form).to_contain_text("closes for everybody")
    expect(form.get_by_placeholder("who decides")).to_have_value("Bob")
    expect(page.locator("tbody tr", has_text="COST:")).to_contain_text("open")

    form.get_by_role("button", name="Resolve").click()
    expect(page.locator("tbody tr", has_text="COST:")).to_contain_text("resolved")


def test_a_silence_shows_until_when_by_whom_and_can_be_ended(page):
    page.goto("/incidents/inc-01k9-openai")
    page.evaluate("localStorage.setItem('leadline_name', 'Ann')")
    detail = page.get_by_role("complementary")
    detail.get_by_role("button", name="Silence").click()
    form = detail.get_by_role("form", name="Silence")
    form.get_by_label("For").select_option("14400")
    form.get_by_label("Note").fill("known outage")
    form.get_by_role("button", name="Silence").click()
    expect(detail.locator(".ll-silenced")).to_contain_text("by Ann")

    page.goto("/audit")
    expect(page.locator(".ll-silenced")).to_contain_text("PROVIDER:openai")
    expect(page.locator("tbody tr").first).to_contain_text("silence")
    page.get_by_role("button", name="End silence").click()
    expect(page.locator(".ll-silenced")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_contain_text("unsilence")
    expect(page.locator("tbody tr").first).to_contain_text("Ann")


def test_what_a_policy_holds_is_read_as_text_and_decided(page):
    page.goto("/reviews")
    page.evaluate("localStorage.setItem('leadline_name', 'Ann')")
    page.locator("tbody tr").first.click()
    page.wait_for_url("**/reviews/rv-1")
    detail = page.get_by_role("complementary")
    expect(detail).to_contain_text("We <b>owe</b> EUR 4 million.")

    detail.get_by_role("button", name="Reject").click()
    form = detail.get_by_role("form", name="Reject")
    form.get_by_label("Note").fill("not ours to say")
    form.get_by_role("button", name="Reject").click()

    expect(detail.get_by_role("status")).to_have_text("It is rejected.")
    expect(detail).to_contain_text("Its texts are not kept any more.")
    expect(page.locator("tbody tr", has_text="rejected")).to_contain_text("by Ann")
    expect(page.locator("tbody tr").first).to_contain_text("pending")


def test_a_tool_policy_is_put_into_force_by_whoever_has_read_what_it_changes(page):
    page.goto("/tools")
    page.evaluate("localStorage.setItem('leadline_name', 'Ann')")
    expect(page.locator("tbody tr")).to_have_text(re.compile("reading.cedar.*file"))
    page.get_by_role("button", name="Propose a policy").click()
    detail = page.get_by_role("complementary")
    detail.get_by_role("button", name="Change").click()
    detail.get_by_label("Name").fill("refunds")
    detail.get_by_label("Cedar").fill("forbid(principal, action, resource);")
    detail.get_by_role("button", name="Show the difference").click()
    form = detail.get_by_role("form", name="Put into force")
    expect(form).to_contain_text("+forbid(principal, action, resource);")
    expect(page.locator("tbody tr")).to_have_count(1)

    form.get_by_label("Note").fill("an attack")
    form.get_by_role("button", name="Put into force").click()

    expect(page.locator("tbody tr", has_text="refunds")).to_contain_text("activated by Ann")
    page.locator("tbody tr", has_text="refunds").click()
    expect(detail).to_contain_text("put into force by Ann: an attack")
    expect(detail).to_contain_text("+forbid(principal, action, resource);")
    detail.get_by_role("button", name="Take back").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_what_the_watch_refuses_is_told_where_it_was_asked(page):
    page.goto("/incidents/inc-01k8-google")
    detail = page.get_by_role("complementary")
    detail.get_by_role("button", name="Silence").click()
    form = detail.get_by_role("form", name="Silence")
    form.get_by_placeholder("who decides").fill("refused")
    form.get_by_role("button", name="Silence").click()

    expect(detail.get_by_role("status")).to_have_text("a silence needs an end that lies ahead.")


def test_the_timeline_tells_who_was_told_and_what_still_waits(page):
    page.goto("/incidents/inc-01k9-openai")
    told = page.locator(".ll-change").first

    expect(told.locator(".ll-delivery-delivered")).to_contain_text("pagerduty")
    expect(told.locator(".ll-delivery-pending")).to_contain_text("answered 503")
    expect(page.locator(".ll-event")).to_have_count(12)


def test_a_triage_branch_leads_to_its_runbook_with_the_incident_filled_in(page):
    page.goto("/incidents/inc-01k9-openai")
    expect(page.locator("aside .ll-branch")).to_have_count(3)
    page.get_by_role("link", name="Runbook provider.outage").click()

    page.wait_for_url("**/runbooks/provider.outage?incident=inc-01k9-openai")
    expect(page.locator(".ll-prose")).to_contain_text("leadline events --incident inc-01k9-openai")
    page.locator(".ll-prose").get_by_role("link", name="provider.regional").first.click()
    expect(page.get_by_role("heading", name="provider.regional")).to_be_visible()


def test_an_unknown_incident_in_an_address_is_not_written_into_a_runbook(page):
    page.goto("/runbooks/provider.outage?incident=%3Cimg%20src=x%20onerror=alert(1)%3E")

    expect(page.locator(".ll-prose")).to_contain_text("leadline events --incident INCIDENT")
    assert page.locator(".ll-page img").count() == 0


def test_a_symptom_in_own_words_leads_to_several_branches(page):
    page.goto("/triage")
    page.locator("input[name=symptom]").fill("slow and wrong figures")
    page.keyboard.press("Enter")

    expect(page.locator(".ll-branch")).to_have_count(2)
    page.locator("input[name=symptom]").fill("inc-01k9-globex")
    page.keyboard.press("Enter")
    expect(page.locator(".ll-branch").first).to_contain_text("security")


def test_a_postmortem_is_shown_as_text_and_downloaded(page):
    page.goto("/incidents/inc-01k9-summary")
    page.get_by_role("link", name="Postmortem").click()
    expect(page.locator(".ll-postmortem")).to_contain_text("# HIGH: QUALITY:anthropic")
    assert page.evaluate("window.breached") is None

    with page.expect_download() as download:
        page.get_by_role("link", name="Download .md").click()
    assert download.value.suggested_filename == "postmortem-inc-01k9-summary.md"


def test_destinations_tell_their_health_and_can_be_tested(page):
    page.goto("/destinations")
    mail = page.locator(".ll-card", has_text="email")

    expect(mail).to_contain_text("does not take what it is told")
    expect(mail.locator(".ll-delivery-failed")).to_contain_text("given up")
    expect(page.locator(".ll-card", has_text="webhook")).to_contain_text("was not needed yet")
    mail.get_by_role("button", name="Send test").click()
    expect(mail.get_by_role("status")).to_have_text("mail answered 202.")


def test_requests_tell_why_a_target_was_chosen_and_where_the_time_went(page):
    page.goto("/requests?since=1h")
    row = page.locator("tbody tr", has_text="fallback").first
    expect(row).to_contain_text("after provider.outage")
    row.click()
    detail = page.get_by_role("complementary")

    expect(detail.locator(".ll-attempt")).to_have_count(2)
    expect(detail.locator(".ll-attempt").last).to_contain_text("fallback after provider.outage")
    expect(detail.locator(".ll-stage-wait").last).to_be_visible()
    expect(detail.locator(".ll-check", has_text="grounding")).to_contain_text("score")


def test_new_requests_arrive_while_scroll_and_selection_stay(page):
    page.goto("/requests?since=1h")
    rows = page.locator("tbody tr")
    expect(rows).not_to_have_count(0)
    rows.nth(40).scroll_into_view_if_needed()
    rows.nth(40).click()
    chosen = page.locator("tr[aria-selected=true]")
    identity, place = chosen.get_attribute("data-id"), chosen.bounding_box()
    newest = rows.first.get_attribute("data-id")

    expect(rows.first).not_to_have_attribute("data-id", newest)
    after = chosen.bounding_box()
    assert chosen.get_attribute("data-id") == identity
    assert after is not None
    assert place is not None
    assert after["y"] == pytest.approx(place["y"], abs=1)


def test_a_paused_list_stands_still(page):
    page.goto("/requests")
    expect(page.locator("tbody tr")).not_to_have_count(0)
    page.get_by_role("button", name="Live").click()
    expect(page.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "false")


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


def test_signing_out_ends_it(page):
    page.goto("/incidents")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto("/requests")
    assert "/login" in page.url


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
    # What the process said about it is read by the last test, once it has ended.


def test_the_process_stops_on_sigterm_leaves_no_file_and_called_nobody(console):
    # Runs last in this file: it ends the process that the others look at.
    # Where the tests of this file are spread over several workers, it may be the first that looks at its own.
    httpx.get(f"{console.address}/login", timeout=60)
    console.process.send_signal(signal.SIGTERM)
    _, said = console.process.communicate(timeout=30)

    assert console.process.returncode == 0
    assert "NETWORK" not in said
    assert "Traceback" not in said
    assert not list(console.cwd.iterdir())
    ours = {"admin.key", "watch.sock", "plan.msgpack", "tool-rules.json"}
    assert {file.name for file in console.root.iterdir()} <= ours, "NiceGUI stored nothing"


def test_nicegui_is_loaded_only_to_serve_the_console():
    check = "import sys, leadline.control.service; assert 'nicegui' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)
