"""A guard before labelled texts, or texts with labelled spans."""

import time
from collections.abc import Sequence
from typing import Protocol, cast, runtime_checkable

from leadline.checks.guards import Guard, NeedsLoading
from leadline.checks.seeing import scanned
from leadline.evals.measuring import Judged, SpanTally
from leadline.evals.subjects import Options, Row, Unmeasurable, labelled_positive, wanted
from leadline.vocabulary import Finding, Place

_CALLED = {
    "email_address": "email",
    "iban_code": "iban",
    "credit_card": "card",
    "us_ssn": "ssn",
    "ip_address": "ip",
    "phone_number": "phone",
    "street_address": "address",
    "zip_code": "address",
    "gpe": "place",
    "us_driver_license": "identity_number",
}
"""What others call a sort of span, and what our guards do."""
_SPAN = (("type", "label", "entity_type"), ("start", "begin", "start_position"), ("end", "end_position"))
_SPANS_ARE = "A span is an object with `type`, `start` and `end`, counted in characters."
_LIKELY = (Place.INPUT_USER, Place.INPUT_CONTEXT, Place.OUTPUT, Place.TOOL_RESULT)


@runtime_checkable
class Graded(Protocol):
    """A guard with a score for every text, also for those below its findings."""

    def grade(self, text: str, place: Place) -> float: ...


class GuardSubject:
    kind = "guard"

    def __init__(self, name: str, guard: object, options: Options) -> None:
        self.name = name
        self._guard = cast("Guard", guard)
        self._threshold = options.threshold
        self._place = _place(self._guard, options.place)
        self._spans: dict[str, SpanTally] = {}
        self._any_sort = SpanTally()
        if self._guard.unavailable:
            raise Unmeasurable(f"{name} is not available: {self._guard.unavailable}")
        if isinstance(self._guard, NeedsLoading):
            try:
                self._guard.load()
            except ValueError as error:
                raise Unmeasurable(f"{name} is not available: {error}") from error

    @property
    def spans(self) -> dict[str, SpanTally]:
        """Only of the sorts that rows name: a guard that looks for more is not blamed for it. A guard that
        tells no sorts apart is.
        """
        unsought = self.unsought
        if not self._sorts:
            return self._spans
        return {
            sort: tally
            for sort, tally in self._spans.items()
            if tally.found + tally.missed and sort not in unsought
        }

    @property
    def unsought(self) -> tuple[str, ...]:
        return tuple(sorted(set(self._spans).difference(self._sorts))) if self._sorts else ()

    @property
    def any_sort(self) -> SpanTally:
        """Every span of every row, sorts that it does not look for too; what it is called does not count."""
        return self._any_sort

    @property
    def _sorts(self) -> tuple[str, ...]:
        """What the guard tells apart; empty where a finding of any label meets a span of any sort."""
        return tuple(getattr(self._guard, "sorts", ()))

    def judge(self, row: Row) -> Judged:
        text = wanted(row, "text")
        began = time.thread_time()
        found = scanned(self._guard, text, self._place)
        seconds = time.thread_time() - began
        sure = [one for one in found if one.score >= self._threshold]
        score = max((one.score for one in found), default=0.0)
        if isinstance(self._guard, Graded):
            score = max(score, self._guard.grade(text, self._place))
        return Judged(
            positive=self._compared(row, sure) if "spans" in row else labelled_positive(row),
            flagged=bool(sure),
            score=score,
            bytes_read=len(text.encode()),
            seconds=seconds,
        )

    def _compared(self, row: Row, found: Sequence[Finding]) -> bool:
        """Tally found and labelled spans by sort; whether the row holds one that this guard looks for."""
        spans = [_span(one, row) for one in _listed(row)]
        self._compare_any(spans, found)
        for sort, start, end in spans:
            tally = self._spans.setdefault(sort, SpanTally())
            met = [one for one in found if self._meets(one, sort, start, end)]
            tally.found += bool(met)
            tally.missed += not met
            tally.exact += any((one.start, one.end) == (start, end) for one in met)
        for one in found:
            if not any(self._meets(one, *span) for span in spans):
                self._spans.setdefault(one.label, SpanTally()).wrong += 1
        return any(sort in self._sorts for sort, _, _ in spans) if self._sorts else bool(spans)

    def _compare_any(self, spans: Sequence[tuple[str, int, int]], found: Sequence[Finding]) -> None:
        tally = self._any_sort
        for _, start, end in spans:
            met = any(_overlaps(one, start, end) for one in found)
            tally.found += met
            tally.missed += not met
            tally.exact += any((one.start, one.end) == (start, end) for one in found)
        tally.wrong += sum(not any(_overlaps(one, *span[1:]) for span in spans) for one in found)

    def _meets(self, found: Finding, sort: str, start: int, end: int) -> bool:
        return (not self._sorts or found.label == sort) and _overlaps(found, start, end)


def _overlaps(found: Finding, start: int, end: int) -> bool:
    return found.start < end and start < found.end


def _listed(row: Row) -> list[object]:
    spans = row["spans"]
    if not isinstance(spans, list):
        raise Unmeasurable(f"row {row.get('id', '?')}: `spans` is no list. {_SPANS_ARE}")
    return spans


def _span(written: object, row: Row) -> tuple[str, int, int]:
    """By our names or those of others. Raises Unmeasurable."""
    if isinstance(written, dict):
        sort, start, end = (next((written[n] for n in names if n in written), None) for names in _SPAN)
        if isinstance(sort, str) and isinstance(start, int) and isinstance(end, int):
            return _CALLED.get(sort.lower(), sort.lower()), start, end
    raise Unmeasurable(f"row {row.get('id', '?')} has a span that cannot be read. {_SPANS_ARE}")


def _place(guard: Guard, asked: str) -> Place:
    if asked:
        try:
            place = Place(asked)
        except ValueError:
            raise Unmeasurable(f"there is no place {asked!r}; there are {', '.join(Place)}.") from None
        if place not in guard.places:
            raise Unmeasurable(f"this guard looks at {', '.join(sorted(guard.places))}, not at {asked}.")
        return place
    return next((one for one in _LIKELY if one in guard.places), min(guard.places))
