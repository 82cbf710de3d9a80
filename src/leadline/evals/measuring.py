"""How good a check is on labelled rows: what it catches, what it flags wrongly, how long it takes."""

import math
from collections.abc import Iterable, Sequence

import msgspec


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One row and what the check said. `bytes_read` and `seconds` (of computing) are of this row alone.

    `score` is the check's own measure, which may grow or fall with suspicion; None = it told none. `flagged`
    is its verdict. `skipped` = it gave none, which counts as not flagged. `sort` names the positive's kind.
    """

    positive: bool
    flagged: bool
    score: float | None
    bytes_read: int
    seconds: float
    skipped: bool = False
    sort: str = ""


class SpanTally(msgspec.Struct, kw_only=True):
    """Of one sort of span: found where it stands, missed, and found where none stands."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    exact: int = 0


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """None = there were no rows to tell it from. `recall` is the share of the positives that were flagged,
    `false_alarms` that of the negatives, `auroc` the chance that a positive scores above a negative.

    `any_sort` counts the spans of all sorts together, those that the check does not look for too, whatever
    they are called. `by_sort` is told of checks that find spans, and then `recall` and `precision` are over
    spans; and of rows that name the sort of their positives, each sort against all negatives. `unsought` are
    the sorts that rows hold and the check does not look for.
    """

    rows: int
    positives: int
    skipped: int
    recall: float | None
    false_alarms: float | None
    precision: float | None
    auroc: float | None
    f1: float | None
    ms_per_kb_p50: float | None
    ms_per_kb_p99: float | None
    by_sort: dict[str, dict[str, float | int | None]] = {}
    any_sort: dict[str, float | int | None] = {}
    unsought: tuple[str, ...] = ()


def worth(
    judged: Sequence[Judged],
    spans: dict[str, SpanTally] | None = None,
    unsought: tuple[str, ...] = (),
    any_sort: SpanTally | None = None,
) -> Worth:
    flagged = sum(one.flagged for one in judged)
    positives = sum(one.positive for one in judged)
    caught = sum(one.flagged and one.positive for one in judged)
    negatives = len(judged) - positives
    recall, precision = _share(caught, positives), _share(caught, flagged)
    if spans:
        found, missed = sum(one.found for one in spans.values()), sum(one.missed for one in spans.values())
        wrong = sum(one.wrong for one in spans.values())
        recall, precision = _share(found, found + missed), _share(found, found + wrong)
    costs = sorted(1000 * one.seconds / (one.bytes_read / 1024) for one in judged if one.bytes_read)
    return Worth(
        rows=len(judged),
        positives=positives,
        skipped=sum(one.skipped for one in judged),
        recall=recall,
        false_alarms=_share(flagged - caught, negatives),
        precision=precision,
        auroc=auroc(zip(suspicions(judged), (one.positive for one in judged), strict=True)),
        f1=_harmonic(recall, precision),
        ms_per_kb_p50=_quantile(costs, 0.5),
        ms_per_kb_p99=_quantile(costs, 0.99),
        by_sort={sort: _of_spans(tally) for sort, tally in sorted((spans or {}).items())} or _by_sort(judged),
        any_sort=_of_spans(any_sort) if any_sort and any_sort.found + any_sort.missed else {},
        unsought=unsought,
    )


def suspicions(judged: Sequence[Judged]) -> list[float]:
    """The scores, turned round where the check's own verdicts say that less is worse; none is least."""
    flagged = [one.score for one in judged if one.flagged and one.score is not None]
    passed = [one.score for one in judged if not one.flagged and one.score is not None]
    falls = bool(flagged and passed) and sum(flagged) / len(flagged) < sum(passed) / len(passed)
    told = [None if one.score is None else -one.score if falls else one.score for one in judged]
    least = min((score for score in told if score is not None), default=0.0) - 1
    return [least if score is None else score for score in told]


def auroc(scored: Iterable[tuple[float, bool]]) -> float | None:
    """Ties count half (Mann, Whitney 1947)."""
    ordered = sorted(scored)
    positives = sum(positive for _, positive in ordered)
    negatives = len(ordered) - positives
    if not positives or not negatives:
        return None
    ranks, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ranks += (at + end + 1) / 2 * sum(positive for _, positive in ordered[at:end])
        at = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def _by_sort(judged: Sequence[Judged]) -> dict[str, dict[str, float | int | None]]:
    told = list(zip(suspicions(judged), judged, strict=True))
    return {
        sort: {
            "rows": sum(one.sort == sort for one in judged),
            "recall": _share(
                sum(one.sort == sort and one.flagged for one in judged),
                sum(one.sort == sort for one in judged),
            ),
            "auroc": auroc((score, one.positive) for score, one in told if one.sort in (sort, "")),
        }
        for sort in dict.fromkeys(one.sort for one in judged if one.sort)
    }


def _of_spans(tally: SpanTally) -> dict[str, float | int | None]:
    recall, precision = (
        _share(tally.found, tally.found + tally.missed),
        _share(tally.found, tally.found + tally.wrong),
    )
    return {
        "spans": tally.found + tally.missed,
        "recall": recall,
        "precision": precision,
        "f1": _harmonic(recall, precision),
        "exact": _share(tally.exact, tally.found),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _harmonic(recall: float | None, precision: float | None) -> float | None:
    if recall is None or precision is None or not recall + precision:
        return None
    return 2 * recall * precision / (recall + precision)


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
