"""Keys, ids, questions and runbooks: the words by which people meet an incident."""

from pathlib import Path

import pytest
from tests.triage.streams import START

from leadline.triage.book import runbook
from leadline.triage.keys import category_of, incident_id
from leadline.triage.questions import BY_SUBTYPE, questions
from leadline.vocabulary import FailureCategory, FailureKind, Incident, IncidentStatus, Severity

ROOT = Path(__file__).parents[2]


def incident(key: str, subtypes: tuple[str, ...], kinds: dict[str, int]) -> Incident:
    return Incident(
        incident_id="x",
        key=key,
        category=category_of(key),
        severity=Severity.HIGH,
        status=IncidentStatus.OPEN,
        opened_at=START,
        first_event_at=START,
        last_event_at=START,
        subtypes=subtypes,
        kinds=kinds,
    )


def test_an_incident_id_says_what_where_and_when_and_is_the_same_again():
    name = incident_id("PROVIDER:openai", 1_795_230_900.0)

    assert name.startswith("prv-openai-20261121T031500-")
    assert name == incident_id("PROVIDER:openai", 1_795_230_900.0)
    assert name != incident_id("PROVIDER:openai", 1_795_230_901.0)


def test_an_awkward_scope_makes_a_tame_id():
    assert incident_id("SECURITY:Ünïted <b>&Co", 0.0).startswith("sec-n-ted-b-co-19700101T000000-")
    assert incident_id("PROVIDER:*", 0.0).startswith("prv-all-")


@pytest.mark.parametrize("category", list(FailureCategory))
def test_every_category_asks_three_questions_that_end_as_questions_or_advice(category):
    asked = questions(incident(f"{category.name}:scope", (), {}))

    assert len(set(asked)) == 3
    assert all(text.endswith(("?", ".")) and "{" not in text for text in asked)


@pytest.mark.parametrize("subtype", sorted(BY_SUBTYPE))
def test_every_condition_has_three_questions_of_its_own(subtype):
    assert len(set(questions(incident("PROVIDER:openai", (subtype,), {})))) == 3


def test_two_conditions_are_asked_about_in_turn():
    asked = questions(incident("QUALITY:openai/m", ("format", "hallucination"), {}))

    assert asked[0] in BY_SUBTYPE["format"]
    assert asked[1] in BY_SUBTYPE["hallucination"]


def test_the_runbook_is_that_of_the_kind_with_most_events():
    kinds = {"provider.connection": 5, "provider.outage": 9}

    assert runbook(incident("PROVIDER:openai", ("hard",), kinds)) == "docs/runbooks/provider.outage.md"


@pytest.mark.parametrize("category", list(FailureCategory))
def test_an_incident_without_events_still_has_a_runbook_that_exists(category):
    assert (ROOT / runbook(incident(f"{category.name}:x", (), {}))).is_file()


@pytest.mark.parametrize("kind", list(FailureKind))
def test_the_runbook_of_every_kind_exists(kind):
    found = incident(f"{kind.category.name}:x", (), {kind.value: 1})

    assert (ROOT / runbook(found)).is_file()
