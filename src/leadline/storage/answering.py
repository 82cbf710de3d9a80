"""Answers a named question from the stores: checks its arguments, finds its engine, keeps its limits."""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from leadline.storage import StoreLocked, StoreTooNew
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.incident_answers import INCIDENT_ANSWERS
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, DataLayout, Query, ReviewState, Told

MOST_ROWS = 10_000
LONGEST_DEADLINE_S = 30.0
_OUTCOMES = ("ok", "failed", "cancelled", "rejected")


class Engine(Protocol):
    """Whatever answers named questions whose arguments have been checked."""

    def ask(self, ask: Ask) -> Told: ...


class Sources(msgspec.Struct, frozen=True):
    """Who knows what. `health` gives the one row of the running watch."""

    facts: Engine
    incidents: Engine
    health: Callable[[], dict[str, object]]


class Argument(msgspec.Struct, frozen=True):
    """`kinds` are the Python types a value may have; `choices` the words, where there are few."""

    kinds: tuple[type, ...]
    choices: tuple[str, ...] = ()
    required: bool = False


_TEXT = Argument((str,))
_TIME = Argument((int, float))
_FLAG = Argument((bool,))
_ID = Argument((str,), required=True)

ARGUMENTS: Mapping[str, Mapping[str, Argument]] = {
    Query.INCIDENTS: {
        "status": Argument((str,), ("open", "resolved")),
        "category": _TEXT,
        "severity": Argument((str,), ("low", "medium", "high", "critical")),
        "since": _TIME,
    },
    Query.INCIDENT: {"incident_id": _ID},
    Query.SILENCES: {},
    Query.DESTINATIONS: {},
    Query.AUDIT: {},
    Query.JOBS: {"state": Argument((str,), ("waiting", "running", "done", "failed"))},
    Query.REVIEWS: {
        "state": Argument((str,), tuple(ReviewState)),
        "policy": _TEXT,
        "feature": _TEXT,
        "tenant": _TEXT,
        "since": _TIME,
    },
    Query.REVIEW: {"review_id": _ID},
    Query.RELEASED: {"review_id": _ID, "tenant": _ID, "key_alias": _ID},
    Query.EVENTS: {
        "event_id": _TEXT,
        "incident_id": _TEXT,
        "request_id": _TEXT,
        "category": _TEXT,
        "kind": _TEXT,
        "provider": _TEXT,
        "since": _TIME,
        "until": _TIME,
    },
    Query.REQUESTS: {
        "since": _TIME,
        "provider": _TEXT,
        "model": _TEXT,
        "alias": _TEXT,
        "outcome": Argument((str,), _OUTCOMES),
        "feature": _TEXT,
        "template": _TEXT,
        "tenant": _TEXT,
        "flagged": _FLAG,
    },
    Query.REQUEST: {"request_id": _ID, "tenant": _TEXT},
    Query.FEEDBACK: {
        "since": _TIME,
        "request_id": _TEXT,
        "feature": _TEXT,
        "template": _TEXT,
        "tenant": _TEXT,
        "model": _TEXT,
        "negative": _FLAG,
    },
    Query.OBSERVATIONS: {"since": _TIME, "until": _TIME, "after": _TEXT},
    Query.LATENCY: {"since": _TIME, "group": Argument((str,), ("model", "provider"))},
    Query.TRAFFIC: {"since": _TIME, "step_s": _TIME},
    Query.HEALTH: {},
}


def answer(ask: Ask, sources: Sources) -> Told:
    """Never raises for what was asked: a mistake is told as a sentence."""
    mistake = _mistake(ask)
    if mistake is not None:
        return Told(error=mistake)
    asked = _within_limits(ask)
    if asked.name == Query.HEALTH:
        return Told(rows=(sources.health(),))
    if asked.name in INCIDENT_ANSWERS:
        return sources.incidents.ask(asked)
    if asked.name == Query.EVENTS and "incident_id" in asked.arguments:
        return _events_of_incident(asked, sources)
    return sources.facts.ask(asked)


def answer_without_watch(ask: Ask, layout: DataLayout) -> Told:
    """The same from the files themselves, for when nobody answers on the watch's socket.

    Takes the lock of the facts for the moment. What is still in the spool is not seen.
    """
    try:
        incidents = SQLiteIncidents.open_read_only(Path(layout.incidents))
        facts = DuckDBFacts.open(Path(layout.facts))
    except FileNotFoundError:
        return Told(
            error=f"nothing has been recorded in {layout.root} yet; start Leadline with `leadline up`."
        )
    except StoreLocked:
        return Told(error="the watch holds the facts but does not answer; look at its log, or restart it.")
    except StoreTooNew as error:
        return Told(error=str(error))
    try:
        return answer(ask, Sources(facts, incidents, lambda: _health_of_files(facts, incidents, layout)))
    finally:
        facts.close()
        incidents.close()


def _mistake(ask: Ask) -> str | None:
    known = ARGUMENTS.get(ask.name)
    if known is None:
        return f"there is no question {ask.name!r}.{_near(ask.name, ARGUMENTS)}"
    for name, value in ask.arguments.items():
        if name not in known:
            return f"{ask.name} takes no {name!r}.{_near(name, known)}"
        wrong = _wrong_value(name, value, known[name])
        if wrong:
            return wrong
    missing = [name for name, one in known.items() if one.required and ask.arguments.get(name) is None]
    return f"{ask.name} needs {' and '.join(missing)}." if missing else None


def _wrong_value(name: str, value: object, wanted: Argument) -> str | None:
    if value is None:
        return None
    fits = isinstance(value, wanted.kinds) and (bool in wanted.kinds or not isinstance(value, bool))
    if not fits:
        return f"{name} should be {_spoken(wanted.kinds)}, not {type(value).__name__}."
    if wanted.choices and value not in wanted.choices:
        return f"{name} is one of {', '.join(wanted.choices)}, not {value!r}."
    if name == "step_s" and not 1 <= float(str(value)) <= 86_400:
        return "step_s lies between 1 and 86400 seconds."
    return None


def _within_limits(ask: Ask) -> Ask:
    return Ask(
        name=ask.name,
        arguments={name: value for name, value in ask.arguments.items() if value is not None},
        limit=max(1, min(ask.limit, MOST_ROWS)),
        deadline_s=max(0.05, min(ask.deadline_s, LONGEST_DEADLINE_S)),
    )


def _events_of_incident(ask: Ask, sources: Sources) -> Told:
    """An incident's events are those of its key from its first to its last."""
    arguments = dict(ask.arguments)
    incident_id = str(arguments.pop("incident_id"))
    wanted = Ask(name=Query.INCIDENT, arguments={"incident_id": incident_id}, deadline_s=ask.deadline_s)
    told = sources.incidents.ask(wanted)
    if told.error is not None or not told.rows:
        return Told(error=told.error or f"there is no incident {incident_id!r}.")
    incident = told.rows[0]["incident"]
    if not isinstance(incident, dict):
        raise TypeError("an incident is told as a dict")
    first = max(float(incident["first_event_at"]), float(str(arguments.get("since") or 0.0)))
    arguments |= {"key": incident["key"], "since": first, "until": incident["last_event_at"]}
    return sources.facts.ask(
        Ask(name=ask.name, arguments=arguments, limit=ask.limit, deadline_s=ask.deadline_s)
    )


def _health_of_files(facts: DuckDBFacts, incidents: SQLiteIncidents, layout: DataLayout) -> dict[str, object]:
    """What can be said of a watch that does not run: where its consumers stood."""
    spool, bad = Path(layout.spool), Path(layout.spool_bad)
    cursors = {"recorder": facts.cursor("recorder")} | {
        name: incidents.cursor(name) for name in ("triage", "deep")
    }
    sizes = {path.name: path.stat().st_size for path in spool.glob("*.spool")} if spool.is_dir() else {}
    passed = {name: position.offset for name, position in cursors["recorder"].items()}
    return {
        "at": None,
        "lag_s": None,
        "backlog_bytes": sum(max(0, size - passed.get(name, 0)) for name, size in sizes.items()),
        "cursors": msgspec.to_builtins(cursors),
        "workers": [],
        "dropped": None,
        "bad_records": len(list(bad.glob("*.bin"))) if bad.is_dir() else 0,
        "newer_records": facts.counts()["newer_records"],
        "disk_full": False,
    }


def _near(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    takes = ", ".join(str(one) for one in known) or "none"
    return f" Did you mean {str(near[0])!r}?" if near else f" There are: {takes}."


def _spoken(kinds: tuple[type, ...]) -> str:
    if bool in kinds:
        return "true or false"
    return "a text" if str in kinds else "a number"
