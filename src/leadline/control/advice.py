"""What a person who opens an incident needs beside its facts: a sentence, a runbook, three questions."""

from collections.abc import Iterable, Mapping

import msgspec
import structlog

from leadline.control.sentences import incident_title
from leadline.triage.book import runbook
from leadline.triage.questions import questions
from leadline.triage.silencing import fits, in_force
from leadline.vocabulary import Incident, Silence

_log = structlog.get_logger(__name__)


def advice(incident: object) -> dict[str, object]:
    """`title`, `runbook` and `questions` of an incident as the watch tells it (builtins)."""
    title = incident_title(incident) if isinstance(incident, dict) else ""
    try:
        whole = msgspec.convert(incident, Incident)
    except msgspec.ValidationError as error:
        # A newer watch may tell what this version has no word for; the facts are shown all the same.
        _log.warning("incident_of_another_version", why=str(error))
        return {"title": title, "runbook": "", "questions": ()}
    return {"title": title, "runbook": runbook(whole), "questions": questions(whole)}


def silences_of(
    incident: object, silences: Iterable[Mapping[str, object]], now: float
) -> list[Mapping[str, object]]:
    """Those in force that fit it, the one that lasts longest first."""
    if not isinstance(incident, dict):
        return []
    key, dimensions = str(incident.get("key")), incident.get("dimensions") or {}
    found = []
    for row in silences:
        silence = msgspec.convert(row, Silence)
        if in_force(silence, now) and fits(silence, key, dimensions):
            found.append((silence.until, row))
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])]
