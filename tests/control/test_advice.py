"""Whoever opens an incident gets its sentence, its runbook and three questions."""

import msgspec
import pytest
from tests.control.sample_rows import Sample

from leadline.control.advice import advice


@pytest.mark.parametrize("incident", Sample(now=1_763_900_000.0).incidents, ids=lambda one: one.key)
def test_every_sample_incident_has_three_questions_and_a_runbook(incident):
    told = advice(msgspec.to_builtins(incident))

    assert isinstance(told["questions"], tuple)
    assert len(told["questions"]) == 3
    assert told["runbook"] == f"docs/runbooks/{max(incident.kinds, key=incident.kinds.__getitem__)}.md"
    assert incident.scope in str(told["title"])


def test_an_incident_of_a_newer_version_is_still_shown():
    told = advice({"key": "DATA:x", "kinds": {"data.new": 1}, "severity": "catastrophic"})

    assert told == {"title": "x: data.new", "runbook": "", "questions": ()}
