"""A postmortem says who decided what by which figures, and how the incident hangs together with others."""

import msgspec
from tests.triage.streams import START, Walk, outage, stream

from leadline.triage.postmortem import Story, draft
from leadline.vocabulary import Incident


def failed_over():
    """openai is down for everybody; anthropic serves them all."""
    walk = Walk().through([*stream(0, 300, 1.0), *outage(300, 600, 1.0, served=True)], until=610)
    return next(one for one in walk.incidents if one.key == "PROVIDER:openai")


def section(text, title):
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_each_rise_is_told_with_the_figures_of_its_tick():
    found = failed_over()

    decided = section(draft(Story(incident=found)), "What each rule decided, and why")

    last = found.severity_path[-1]
    assert last.weighing is not None
    assert (last.weighing.recoverability, last.weighing.business) == (1, 2)
    assert f"blast {last.weighing.blast} ({last.weighing.affected_share:.1%} of the requests)" in decided
    assert "recoverability 1 (100% served in the end), business 2" in decided
    assert "decided by the floor of a sure outage: high" in decided


def test_figures_survive_the_store_and_old_records_do_without_them():
    found = failed_over()

    assert msgspec.json.decode(msgspec.json.encode(found), type=Incident) == found
    old = msgspec.to_builtins(found)
    for step in old["severity_path"]:
        del step["weighing"]
    assert "blast" not in section(
        draft(Story(incident=msgspec.convert(old, Incident))), "What each rule decided, and why"
    ).replace("blast radius", "")


def test_the_opening_and_the_first_alert_are_two_figures():
    found = failed_over()
    late = [
        {"destination": "tickets", "at": found.first_event_at + 900, "state": "delivered"},
        {"destination": "on-call", "at": found.first_event_at + 65, "state": "delivered"},
        {"destination": "broken", "at": found.first_event_at + 1, "state": "failed"},
    ]

    told = draft(Story(incident=found, deliveries=late))

    opened_s = round(found.opened_at - found.first_event_at)
    assert f"{opened_s} s to open." in told
    assert "on-call at" in told
    assert "1 min 5 s to detect." in told
    assert "First alert: nobody was told." in draft(Story(incident=found))


def test_a_correlated_incident_is_told_with_what_both_share():
    found = failed_over()
    other = msgspec.structs.replace(
        found,
        incident_id="cst-1",
        key="COST:assistant",
        first_event_at=found.first_event_at - 40,
        dimensions={"feature": {"assistant": 9, "other": 3}, "tenant": {"acme": 2}},
    )

    told = section(draft(Story(incident=found, correlated=[other])), "Correlated incidents")

    assert "`cst-1` COST:assistant" in told
    assert "its first event 40 s before this one's" in told
    assert "both with feature assistant; tenant acme" in told


def test_the_timeline_says_who_did_what():
    found = failed_over()
    taken = {"at": START + 500, "change": "acknowledged", "severity": "high", "by": "ada", "note": "on it"}

    told = section(draft(Story(incident=found, updates=[taken])), "Timeline")

    assert "acknowledged, high, by ada, note: on it" in told
