"""From what was seen to where to look: several branches at once, each with its next steps."""

from pathlib import Path

import pytest

from leadline.triage.tree import SYMPTOMS, of_events, of_incident, of_symptom
from leadline.vocabulary import FailureCategory, FailureKind

DOCS = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("everything is down, only 503", ["outage", "egress"]),
        ("answers are slow and cost twice as much", ["slow", "rate"]),
        ("the model invents figures and the JSON does not parse", ["format", "hallucination"]),
        ("someone else's data in an answer", ["pii_leak"]),
        ("RAG returns outdated documents", ["embedding_drift"]),
        ("we get 429 all the time", ["throttled"]),
    ],
)
def test_a_symptom_leads_to_its_branches(text, kinds):
    assert set(kinds) <= {branch.subtype for branch in of_symptom(text)}


def test_the_words_that_led_there_are_named():
    (branch,) = of_symptom("it is so slow")

    assert branch.because == ("slow",)


def test_a_symptom_that_says_nothing_gives_one_branch_of_each_category_to_rule_out():
    branches = of_symptom("hmm")

    assert {branch.category for branch in branches} == set(FailureCategory)
    assert all(not branch.because for branch in branches)


def test_the_same_symptom_gives_the_same_branches():
    assert of_symptom("slow and down") == of_symptom("slow and down")


def test_an_incident_gives_a_branch_for_each_kind_commonest_first():
    incident = {
        "incident_id": "qly-1",
        "key": "QUALITY:openai/gpt-4o",
        "category": "quality",
        "kinds": {"quality.format": 3, "quality.hallucination": 9},
    }

    first, second = of_incident(incident)

    assert first.subtype == "hallucination"
    assert second.because == ("3 events of quality.format",)
    assert first.look[0] == "leadline events --incident qly-1 --kind quality.hallucination"


def test_the_events_of_one_request_may_point_in_several_directions():
    event = {"request_id": "r1", "provider": "openai", "model": "m"}
    events = [
        event | {"kind": "provider.outage", "key": "PROVIDER:openai"},
        event | {"kind": "cost.output_blowup", "key": "COST:chat"},
        event | {"kind": "cost.output_blowup", "key": "COST:chat"},
    ]

    outage, cost = of_events(events)

    assert "--provider openai" in outage.look[-1]
    assert any("chat" in question for question in cost.questions)


@pytest.mark.parametrize("kind", list(FailureKind))
def test_every_kind_has_three_questions_commands_and_a_runbook_that_exists(kind):
    (branch,) = of_events(
        [{"kind": kind.value, "key": "X:y", "provider": "p", "model": "m", "request_id": ""}]
    )

    assert len(branch.questions) == 3
    assert branch.look
    assert (DOCS / branch.runbook).is_file()


def test_every_category_can_be_reached_by_a_symptom():
    assert {kind.category for kind, _ in SYMPTOMS} == set(FailureCategory)
