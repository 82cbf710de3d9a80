"""Judges a row by its columns when nobody has judged it yet (`INCIDENTS.md` 1, `TAXONOMY.md` last line)."""

from collections.abc import Sequence

from leadline.triage.keys import CATEGORY, SUBTYPE
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    CheckOutcome,
    FailureCategory,
    FailureKind,
    SelectionReason,
    TelemetryRow,
)

SHORT_CIRCUITED = SelectionReason.SHORT_CIRCUITED.value
VERDICT = "verdict"
NEWS = "news"
"""A row that is no attempt: something changed about a target (`vocabulary.TargetNews`)."""
CONDITION = "condition"
"""A row that is no attempt: what a deep check found over a window of answers."""
OPENED = "closed>open"
"""The change that each piece of news about an opening breaker tells."""
OWN_CALLS = frozenset({"probe", "judge", "shadow", "eval"})
"""Routes of our own calls: evidence about a provider, but not traffic."""

_NO_FAULT = (FailureKind.PROVIDER_THROTTLED, FailureKind.PROVIDER_SHORT_CIRCUITED)

_BY_STATUS = {
    0: FailureKind.PROVIDER_CONNECTION,
    401: FailureKind.PROVIDER_AUTH,
    402: FailureKind.PROVIDER_QUOTA,
    429: FailureKind.PROVIDER_THROTTLED,
    529: FailureKind.PROVIDER_OVERLOADED,
    **dict.fromkeys([*range(500, 505), *range(520, 527)], FailureKind.PROVIDER_OUTAGE),
}
_QUOTA_WORDS = ("quota", "billing", "credit_balance", "spend_limit")

_FORMAT_PASS = CheckOutcome("format", failed=False)
_ENTITIES_PASS = CheckOutcome("hallucination", failed=False)
_SIMILARITY_PASS = CheckOutcome("coherence", failed=False)
ALL_PASS = (_FORMAT_PASS, _ENTITIES_PASS, _SIMILARITY_PASS)
"""What nearly every answer of a replay gets: the same object each time, so that it can be counted as one."""
_INJECTION = CheckOutcome("injection", failed=True, kind=FailureKind.SECURITY_INJECTION)
_LEAK = CheckOutcome("leak", failed=True, kind=FailureKind.SECURITY_PII_LEAK)


def provider_kind(row: TelemetryRow) -> FailureKind | None:
    """The row's own kind, else the one its route speaks of; in a replay row also its error code or status.

    A live row without a kind was the caller's own error, whatever its status. A kind of another category
    says something about the answer, not about its provider.
    """
    if row.kind is not None and CATEGORY[row.kind] is FailureCategory.PROVIDER:
        return row.kind
    if row.route == SHORT_CIRCUITED:
        return FailureKind.PROVIDER_SHORT_CIRCUITED
    if row.status == 200 or row.checks is not None:
        return None
    if row.error and any(word in row.error.lower() for word in _QUOTA_WORDS):
        return FailureKind.PROVIDER_QUOTA
    return _BY_STATUS.get(row.status)


def is_attempt(row: TelemetryRow) -> bool:
    """Whether the row says something of its target. One that was passed over because of its rate limit, or
    by a person's will, does not: to count it as hard would turn a single 429 into an outage. Neither does
    one that found all our own connections in use.
    """
    if row.cancelled or row.route in (NEWS, CONDITION) or row.kind is FailureKind.PROVIDER_EGRESS:
        return False
    return row.route != SHORT_CIRCUITED or row.caused_by not in _NO_FAULT


def outcomes(row: TelemetryRow, rules: Rules) -> Sequence[CheckOutcome]:
    """The verdicts that the columns of a replay row stand for; null = not checked, so no verdict."""
    support, similarity, predicted = row.entity_support, row.similarity, row.predicted_tokens
    if (
        row.schema_valid
        and support is not None
        and support >= rules.entity_support_below
        and similarity is not None
        and similarity >= rules.similarity_below
        and not (row.injection or row.pii_leak or row.kind)
        and (not predicted or _token_surplus(row, rules) is None)
    ):
        return ALL_PASS
    return _found(row, rules)


def _found(row: TelemetryRow, rules: Rules) -> list[CheckOutcome]:
    found = []
    if row.schema_valid is not None:
        found.append(
            _FORMAT_PASS if row.schema_valid else _failed("format", FailureKind.QUALITY_FORMAT, None)
        )
    if row.entity_support is not None:
        bad = row.entity_support < rules.entity_support_below
        kind = FailureKind.QUALITY_HALLUCINATION
        found.append(_failed("hallucination", kind, row.entity_support) if bad else _ENTITIES_PASS)
    if row.similarity is not None:
        bad = row.similarity < rules.similarity_below
        found.append(
            _failed("coherence", FailureKind.QUALITY_COHERENCE, row.similarity) if bad else _SIMILARITY_PASS
        )
    if row.predicted_tokens:
        surplus = _token_surplus(row, rules)
        if surplus is not None:
            found.append(surplus)
    if row.injection:
        found.append(_INJECTION)
    if row.pii_leak:
        found.append(_LEAK)
    if row.kind is not None and CATEGORY[row.kind] is not FailureCategory.PROVIDER:
        return _with_own_kind(found, row.kind)
    return found


def _with_own_kind(found: list[CheckOutcome], kind: FailureKind) -> list[CheckOutcome]:
    """What the row says of itself stands in for the verdict that its columns would give."""
    named = _failed(SUBTYPE[kind], kind, None)
    return [named, *(each for each in found if each.kind is not kind and each.check != named.check)]


def _token_surplus(row: TelemetryRow, rules: Rules) -> CheckOutcome | None:
    """Too many tokens against the prediction; the larger part of them names the kind."""
    tokens_in, tokens_out = row.tokens_in or 0, row.tokens_out or 0
    predicted = row.predicted_tokens or 0
    if tokens_in + tokens_out <= rules.token_excess * predicted:
        return None
    kind = FailureKind.COST_OUTPUT_BLOWUP if tokens_out > tokens_in else FailureKind.COST_TOKEN_MISMATCH
    return _failed("tokens", kind, (tokens_in + tokens_out) / predicted)


def _failed(check: str, kind: FailureKind, score: float | None) -> CheckOutcome:
    return CheckOutcome(check, failed=True, kind=kind, score=score)
