"""What the pages show of incidents, requests, targets, and what to do next."""

import re

import pytest
from tests.control.console.visiting import IN_A_BROWSER, expect

pytestmark = IN_A_BROWSER


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
    page.goto("/triage")
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
    for said in ("5 chunks of kb", "0.82", "15 min"):
        expect(detail.locator(".ll-facts")).to_contain_text(said)


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
