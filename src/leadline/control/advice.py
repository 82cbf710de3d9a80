"""What a person who opens an incident needs beside its facts: a sentence, a runbook, three questions."""

import msgspec
import structlog

from leadline.control.sentences import incident_title
from leadline.triage.book import runbook
from leadline.triage.questions import questions
from leadline.vocabulary import Incident

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
