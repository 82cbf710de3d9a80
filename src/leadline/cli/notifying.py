"""`leadline notify test NAME`: one sample incident, sent as a real one would be, and what was answered."""

import asyncio
import os
import time

from rich.console import Console

from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.reading import near
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.destinations import Declined, Destination
from leadline.triage.questions import questions
from leadline.vocabulary import (
    CausalSignals,
    Change,
    FailureEvent,
    FailureKind,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    KeyState,
    ProviderIdentifier,
    Severity,
    SeverityStep,
    SystemState,
)
from leadline.watch.conversation import tell
from leadline.watch.delivery import reason_of
from leadline.watch.outbound import Refused, Reply, Sender
from leadline.wiring.destinations import destination

SAMPLE_ID = "leadline-test"
"""Always the same, so that tests do not pile up where incidents are told apart by their id."""
WRONG, BAD_CONFIGURATION = 1, 2
_KEY = "PROVIDER:leadline-test"
_LONGEST_ANSWER = 300


def notify_test(path: str, name: str, *, resolve: bool) -> int:
    """0 when the receiver took it, 1 when not, 2 when the configuration does not lead there."""
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        config = load(path)
        place = _place(config, name)
    except BadConfiguration as error:
        told.print(str(error), markup=False)
        return BAD_CONFIGURATION
    update = sample(time.time(), resolve=resolve)
    send = Sender(allow_private=config.watch.allow_private_destinations)
    try:
        reply = asyncio.run(tell(place, update, send))
    except (Refused, Declined) as error:
        told.print(f"{name} was not told: {error}", markup=False)
        return WRONG
    except OSError as error:
        told.print(f"{name} was not told: {reason_of(error)}", markup=False)
        return WRONG
    return _report(name, reply)


def sample(now: float, *, resolve: bool) -> IncidentUpdate:
    """An incident that says of itself that it is none. It is sent and stored nowhere."""
    status = IncidentStatus.RESOLVED if resolve else IncidentStatus.OPEN
    incident = Incident(
        incident_id=SAMPLE_ID,
        key=_KEY,
        category=FailureKind.PROVIDER_OUTAGE.category,
        severity=Severity.HIGH,
        status=status,
        opened_at=now,
        first_event_at=now,
        last_event_at=now,
        resolved_at=now if resolve else None,
        count=1,
        kinds={FailureKind.PROVIDER_OUTAGE.value: 1},
        subtypes=("hard",),
        dimensions={"provider": {"leadline-test": 1}},
        samples=(_event(now),),
        severity_path=(SeverityStep(now, Severity.HIGH, "classifier"),),
        mitigation="this is a test of `leadline notify test`: nothing has failed",
    )
    return IncidentUpdate(
        change=Change.RESOLVED if resolve else Change.OPENED,
        at=now,
        sequence=int(now),
        incident=incident,
        state=SystemState(at=now, keys={_KEY: KeyState(crossed=True)}),
        page=not resolve,
        runbook="docs/runbooks/provider.outage.md",
        questions=questions(incident),
    )


def _event(now: float) -> FailureEvent:
    return FailureEvent(
        event_id=SAMPLE_ID,
        request_id="",
        at=now,
        kind=FailureKind.PROVIDER_OUTAGE,
        severity=Severity.HIGH,
        provider=ProviderIdentifier(provider="leadline-test", model="no-model"),
        key=_KEY,
        causal_signals=CausalSignals(evidence="a test: nothing has failed"),
    )


def _place(config: Config, name: str) -> Destination:
    """Raises BadConfiguration."""
    if name not in config.destinations:
        known = near(name, list(config.destinations)) or "Add one, as docs/destinations.md shows."
        raise BadConfiguration("", problem=f"there is no destination {name!r} under `destinations:`. {known}")
    return destination(name, config.destinations[name], Secrets(os.environ))


def _report(name: str, reply: Reply) -> int:
    answer = " ".join(reply.body.decode("utf-8", "replace").split())[:_LONGEST_ANSWER]
    said = f"{name} answered {reply.status}" + (f": {answer}" if answer else ".")
    Console(stderr=not reply.is_success, highlight=False, soft_wrap=True).print(said, markup=False)
    return 0 if reply.is_success else WRONG
