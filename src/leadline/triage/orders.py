"""What people decide about incidents: acknowledge, resolve, silence. A change like any other, with a name."""

import msgspec

from leadline.triage.book import Book, runbook
from leadline.triage.case import Case
from leadline.triage.questions import questions
from leadline.triage.silencing import is_silenced
from leadline.vocabulary import Change, Command, Incident, IncidentUpdate, Order, SystemState


class OrderRefused(ValueError):
    """The order makes no sense for this incident; the message is a sentence."""


class Obeyed(msgspec.Struct, frozen=True):
    """Empty when what was ordered is so already: the same order twice is no mistake."""

    updates: tuple[IncidentUpdate, ...] = ()
    incidents: tuple[Incident, ...] = ()


def obey(book: Book, order: Order, state: SystemState) -> Obeyed:
    """Raises OrderRefused."""
    match order.command:
        case Command.ACKNOWLEDGE:
            return _acknowledge(book, order, state)
        case Command.RESOLVE:
            return _resolve(book, order, state)
        case Command.SILENCE:
            return _silence(book, order)
        case Command.UNSILENCE:
            return _unsilence(book, order)
        case Command.NOTIFY_TEST | Command.RELOAD | Command.RELEASE | Command.REJECT:
            raise OrderRefused(f"{order.command} decides nothing about incidents.")


def _acknowledge(book: Book, order: Order, state: SystemState) -> Obeyed:
    case = _case(book, order)
    if not case.is_open:
        raise OrderRefused(f"{order.incident_id} is resolved; there is nothing left to acknowledge.")
    if case.acknowledged_at is not None:
        return Obeyed()
    case.acknowledged_at, case.acknowledged_by = order.at, order.by
    return _changed(book, case, Change.ACKNOWLEDGED, order, state)


def _resolve(book: Book, order: Order, state: SystemState) -> Obeyed:
    """While the failure goes on, the next breach is not news until it was calm or the hold is over."""
    case = _case(book, order)
    if not case.is_open:
        return Obeyed()
    case.resolved_at = case.dismissed_at = order.at
    case.resolved_by = order.by
    case.calm_at, case.muted = None, False
    return _changed(book, case, Change.RESOLVED, order, state)


def _silence(book: Book, order: Order) -> Obeyed:
    silence = order.silence
    if silence is None or not (silence.key or silence.category or silence.feature):
        raise OrderRefused("a silence needs a key, a category or a feature; to silence all is to be blind.")
    if silence.until <= order.at:
        raise OrderRefused("a silence needs an end that lies ahead.")
    book.silences[silence.silence_id] = silence
    return Obeyed()


def _unsilence(book: Book, order: Order) -> Obeyed:
    if book.silences.pop(order.silence_id, None) is None:
        raise OrderRefused(f"there is no silence {order.silence_id!r}; it may have ended by itself.")
    return Obeyed()


def _case(book: Book, order: Order) -> Case:
    for case in book.cases.values():
        if case.incident_id == order.incident_id:
            return case
    raise OrderRefused(f"there is no open incident {order.incident_id!r}; `leadline incidents` lists them.")


def _changed(book: Book, case: Case, change: Change, order: Order, state: SystemState) -> Obeyed:
    case.sequence += 1
    incident = case.incident()
    told = {key: known for key, known in state.keys.items() if known.crossed or key == case.key}
    update = IncidentUpdate(
        change=change,
        at=order.at,
        sequence=case.sequence,
        incident=incident,
        state=SystemState(at=state.at, keys=told),
        runbook=runbook(incident),
        questions=questions(incident),
        by=order.by,
        note=order.reason,
        silenced=is_silenced(case, book.silences.values(), order.at),
    )
    return Obeyed((update,), (incident,))
