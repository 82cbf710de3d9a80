"""What people do on the pages: acknowledge, resolve, silence, release, put into force, send a test."""

import re
from collections.abc import Iterator

import httpx
import pytest
from tests.control.console.visiting import IN_A_BROWSER, Console, expect

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def console(tmp_path_factory) -> Iterator[Console]:
    """One of its own: what is decided here would change what others look at."""
    opened = Console(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cwd"))
    yield opened
    opened.close()


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


def test_destinations_tell_their_health_and_can_be_tested(page):
    page.goto("/destinations")
    mail = page.locator(".ll-card", has_text="email")

    expect(mail).to_contain_text("does not take what it is told")
    expect(mail.locator(".ll-delivery-failed")).to_contain_text("given up")
    expect(page.locator(".ll-card", has_text="webhook")).to_contain_text("was not needed yet")
    mail.get_by_role("button", name="Send test").click()
    expect(mail.get_by_role("status")).to_have_text("mail answered 202.")


def test_the_process_stops_on_sigterm_leaves_no_file_and_called_nobody(console):
    # Runs last in this file: it ends the process that the others look at.
    # Where the tests of this file are spread over several workers, it may be the first that looks at its own.
    httpx.get(f"{console.address}/login", timeout=60)
    console.close()
