"""An incident's life as a picture: severity as a staircase, events below it, what happened on top."""

from collections.abc import Callable, Mapping, Sequence

from leadline.control.console.cells import number, plain
from leadline.control.console.marks import Words, box, moment
from leadline.vocabulary import Severity

_BINS = 72
_NARROW = 11.0
_RANKS = {severity.value: severity.rank for severity in Severity}


def draw_timeline(
    incident: Mapping[str, object],
    updates: Sequence[Mapping[str, object]],
    events_at: Sequence[float],
    now: float,
) -> None:
    """From the first event to the resolution, or to `now` while it is open."""
    start = number(incident.get("first_event_at"))
    end = number(incident.get("resolved_at")) or now
    span = max(end - start, 1.0)

    def place(at: object) -> float:
        return round(100 * min(1.0, max(0.0, (number(at) - start) / span)), 2)

    path = incident.get("severity_path")
    with box("ll-timeline").props('role=img aria-label="Severity over time"'):
        with box("ll-marks"):
            for update in updates:
                _mark(update, place(update.get("at")))
        with box("ll-stairs"):
            _stairs(path if isinstance(path, list) else [], place)
        with box("ll-bins"):
            _bins([place(at) for at in events_at])
        with box("ll-axis"):
            moment(start, "stamp")
            if incident.get("resolved_at"):
                moment(end, "stamp")
            else:
                Words("now")


def _stairs(path: Sequence[Mapping[str, object]], place: Callable[[object], float]) -> None:
    lefts = [place(step.get("at")) for step in path] + [100.0]
    for step, left, right in zip(path, lefts, lefts[1:], strict=False):
        word = plain(step.get("severity"))
        with box(f"ll-stair ll-stair-{word}") as stair:
            if right - left > _NARROW:
                Words(word)
        stair.style(f"left:{left}%;width:{max(right - left, 0.6)}%;--rank:{_RANKS.get(word, 0) + 1}")
        stair.props(f'title="{word}, by {plain(step.get("cause"))}"')


def _bins(places: Sequence[float]) -> None:
    counts = [0] * _BINS
    for at in places:
        counts[min(_BINS - 1, int(at * _BINS / 100))] += 1
    most = max(counts, default=0) or 1
    for many in counts:
        box("", "i").style(f"height:{100 * many / most:.0f}%")


def _mark(update: Mapping[str, object], left: float) -> None:
    paged = bool(update.get("page"))
    word = plain(update.get("change"))
    mark = box(f"ll-mark ll-mark-{word}{' ll-paged' if paged else ''}")
    mark.style(f"left:{left}%").props(f'title="{word}{", paged" if paged else ""}"')
