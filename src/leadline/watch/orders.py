"""Orders from people, one after the other, between two turns of triage; each answered when it is kept."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from datetime import UTC, datetime

import msgspec

from leadline.triage.keys import digest
from leadline.triage.orders import OrderRefused
from leadline.vocabulary import LATEST_S, Ask, Command, Deed, Incident, Order, Silence, Told

LONGEST_TEXT = 300
_OF_ALL = frozenset({"by", "reason", "via"})
_TAKES: Mapping[str, frozenset[str]] = {
    Command.ACKNOWLEDGE: _OF_ALL | {"incident_id"},
    Command.RESOLVE: _OF_ALL | {"incident_id"},
    Command.SILENCE: _OF_ALL | {"key", "category", "feature", "until"},
    Command.UNSILENCE: _OF_ALL | {"silence_id"},
    Command.RELEASE: _OF_ALL | {"review_id"},
    Command.REJECT: _OF_ALL | {"review_id"},
    Command.NOTIFY_TEST: _OF_ALL | {"destination", "resolve"},
}
Done = Sequence[Incident]


class Orders:
    """`give` waits in the thread of whoever asks; `take` is called by the triage loop in its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Order, Future[Done]]] = []

    def give(self, ask: Ask, at: float, account: str = "") -> Told:
        """The one row of the answer, or why nothing has happened. `at` is Unix seconds, `account` the user
        of the machine who asks.
        """
        try:
            order = order_of(ask, at, account)
        except (ValueError, msgspec.ValidationError) as error:
            return Told(error=str(error))
        future: Future[Done] = Future()
        with self._lock:
            self._waiting.append((order, future))
        try:
            done = _kept(future, ask.deadline_s)
        except OrderRefused as refused:
            return Told(error=str(refused))
        except TooLate as late:
            return Told(error=str(late))
        except Exception as error:  # noqa: BLE001 - it ends the watch, whose log tells it; here it is an answer
            return Told(
                error=f"the watch failed while doing it ({type(error).__name__}); its log tells more."
            )
        return Told(rows=(_row(order, done),))

    def take(self) -> list[tuple[Order, Future[Done]]]:
        """All that still wait for an answer, in order."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return [(order, future) for order, future in waiting if future.set_running_or_notify_cancel()]


def _kept(future: Future[Done], patience_s: float) -> Done:
    """Raises TooLate with a sentence: what nobody has begun is withdrawn, what has begun gets as long again,
    and no longer, for a watch that ends never answers.
    """
    try:
        return future.result(patience_s)
    except TooLate:
        if future.cancel():
            raise TooLate("the watch is busy and has not done it; try again.") from None
    try:
        return future.result(patience_s)
    except TooLate:
        raise TooLate("the watch has not said whether it is done; look before you try again.") from None


def given_in(ask: Ask) -> dict[str, object]:
    """The arguments of a command, each one known and short. Raises ValueError with a sentence."""
    given = {name: value for name, value in ask.arguments.items() if value not in (None, "")}
    for name, value in given.items():
        if name not in _TAKES[ask.name]:
            raise ValueError(f"{ask.name} takes no {name!r}; it takes {', '.join(sorted(_TAKES[ask.name]))}.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise ValueError(f"{name} is longer than {LONGEST_TEXT} characters.")
    if not given.get("by"):
        raise ValueError(f"{ask.name} needs `by`: the name of whoever decides.")
    return given


def order_of(ask: Ask, at: float, account: str = "") -> Order:
    """Raises ValueError with a sentence, or msgspec.ValidationError."""
    given = given_in(ask)
    command = Command(ask.name)
    if command is not Command.SILENCE:
        return msgspec.convert({**given, "command": ask.name, "at": at, "account": account}, Order)
    via = str(given.pop("via", ""))
    fits = "|".join(str(given.get(name, "")) for name in ("key", "category", "feature"))
    name = f"sil-{digest(f'{fits}@{at!r}') & 0xFFFFFFFF:08x}"
    silence = msgspec.convert({"until": 0.0, **given, "silence_id": name, "at": at}, Silence)
    if not 0 <= silence.until <= LATEST_S:
        raise ValueError("until is no time in Unix seconds; give one that lies ahead.")
    return Order(
        command=command,
        by=silence.by,
        at=at,
        silence=silence,
        reason=silence.reason,
        via=via,
        account=account,
    )


def deed_of(order: Order, outcome: str) -> Deed:
    """What the audit chain keeps of it."""
    silence = order.silence
    return Deed(
        at=order.at,
        by=order.by,
        action=order.command.value,
        subject=order.incident_id or order.silence_id or (silence.silence_id if silence else ""),
        account=order.account,
        via=order.via,
        outcome=outcome,
        note=order.reason,
        details=_fits(silence) if silence else "",
    )


def _fits(silence: Silence) -> str:
    until = datetime.fromtimestamp(silence.until, UTC).isoformat(timespec="seconds")
    named = {"key": silence.key, "category": silence.category, "feature": silence.feature}
    return " ".join([*(f"{name} {value}" for name, value in named.items() if value), f"until {until}"])


def _row(order: Order, done: Done) -> dict[str, object]:
    if order.silence is not None:
        row: dict[str, object] = msgspec.to_builtins(order.silence)
        return row
    if order.command is Command.UNSILENCE:
        return {"silence_id": order.silence_id}
    status = done[0].status.value if done else ""
    return {"incident_id": order.incident_id, "status": status, "changed": bool(done)}
