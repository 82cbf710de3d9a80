"""From what guards found to what becomes of a text: the decision of the guardrails, without their doing."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from leadline.vocabulary import (
    FailureKind,
    Finding,
    GuardPolicy,
    GuardRule,
    Place,
    Signal,
    Verdict,
    Word,
)

TOO_LONG, BROKE_DOWN, UNREAD = "too_long", "broke_down", "unread"
"""Guards that did not look, by reason."""


class Looked(msgspec.Struct, frozen=True, gc=False):
    """What `guard` found in the text number `text`."""

    guard: str
    text: int
    finding: Finding


class Blind(msgspec.Struct, frozen=True, gc=False):
    """A guard that gave no verdict, for one of the reasons above; `why` is for people."""

    guard: str
    reason: str
    why: str


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A finding on which a rule acts. `word` is what is done about it, after the policy's mode."""

    policy: GuardPolicy
    rule: GuardRule
    looked: Looked
    place: Place
    word: Word


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`word` is the hardest of all; None = nothing was found. `by` is the policy that said it. `stops` also
    says that a guard which may block gave no verdict: then `unseen` tells why.
    """

    hits: tuple[Hit, ...] = ()
    word: Word | None = None
    by: str = ""
    unseen: str = ""

    @property
    def stops(self) -> bool:
        return self.word is not None and self.word.stops

    @property
    def redacts(self) -> tuple[Hit, ...]:
        return tuple([hit for hit in self.hits if hit.word is Word.REDACT])


def acting(policies: Iterable[GuardPolicy], places: Iterable[Place]) -> list[tuple[GuardPolicy, GuardRule]]:
    """The rules that look at any of `places`."""
    wanted = frozenset(places)
    return [(one, rule) for one in policies for rule in one.rules if wanted.intersection(rule.places)]


def may_stop(policy: GuardPolicy, rule: GuardRule) -> bool:
    """Whether a text has to wait for this rule."""
    return policy.enforced and rule.word is not Word.FLAG


def decide(
    rules: Sequence[tuple[GuardPolicy, GuardRule]],
    places: Sequence[Place],
    looked: Iterable[Looked],
    blind: Sequence[Blind] = (),
) -> Decision:
    """`places` are those of the texts that were looked at, by number. The first of equal words holds."""
    by_guard: dict[str, list[Looked]] = {}
    for one in looked:
        by_guard.setdefault(one.guard, []).append(one)
    hits = tuple(_hits(rules, places, by_guard)) if by_guard else ()
    word, by = None, ""
    for hit in hits:
        if word is None or hit.word.rank > word.rank:
            word, by = hit.word, hit.policy.title
    if word is not None and word.stops:
        return Decision(hits=hits, word=word, by=by)
    for policy, rule in rules:
        closed = _closed(policy, rule, blind)
        if closed is not None:
            return Decision(hits=hits, word=Word.BLOCK, by=policy.title, unseen=closed.reason)
    return Decision(hits=hits, word=word, by=by)


def _hits(
    rules: Sequence[tuple[GuardPolicy, GuardRule]],
    places: Sequence[Place],
    by_guard: dict[str, list[Looked]],
) -> Iterable[Hit]:
    for policy, rule in rules:
        word = rule.word if policy.enforced else Word.FLAG
        for one in by_guard.get(rule.guard, ()):
            place, finding = places[one.text], one.finding
            fits = not rule.labels or finding.label in rule.labels
            if fits and place in rule.places and finding.score >= rule.threshold:
                yield Hit(policy, rule, one, place, word)


def _closed(policy: GuardPolicy, rule: GuardRule, blind: Sequence[Blind]) -> Blind | None:
    """A guard that did not look although this rule would have stopped what it may have found."""
    if not may_stop(policy, rule):
        return None
    passes = {BROKE_DOWN: policy.fails_open, TOO_LONG: policy.passes_long, UNREAD: policy.passes_unread}
    return next((one for one in blind if one.guard == rule.guard and not passes[one.reason]), None)


_DONE = {
    Word.FLAG: "flagged",
    Word.REDACT: "redacted",
    Word.FALL_BACK: "not given, the fallback ladder was asked",
    Word.HOLD: "held",
    Word.BLOCK: "blocked",
}


def signals_of(
    rules: Sequence[tuple[GuardPolicy, GuardRule]],
    decision: Decision,
    blind: Sequence[Blind] = (),
    took_us: int = 0,
) -> tuple[Signal, ...]:
    """One for each guard and policy: what it found, that it found nothing, or why it did not look.

    Evidence names labels and places, never content.
    """
    signals = []
    hits: dict[tuple[str, str], list[Hit]] = {}
    for hit in decision.hits:
        hits.setdefault((hit.policy.title, hit.rule.guard), []).append(hit)
    for title, guard in dict.fromkeys([(policy.title, rule.guard) for policy, rule in rules]):
        found = hits.get((title, guard))
        if found:
            signals.append(_failed(title, guard, found, decision))
        else:
            signals.append(_silent(title, guard, decision, blind))
    if signals and took_us:
        signals[0] = msgspec.structs.replace(signals[0], took_us=took_us)
    return tuple(signals)


def _failed(title: str, guard: str, hits: Sequence[Hit], decision: Decision) -> Signal:
    worst = max(hits, key=lambda hit: (hit.word.rank, hit.looked.finding.score))
    # what goes with a text that is stopped is stopped too, whichever policy stopped it
    word = decision.word if decision.stops and decision.word is not None else worst.word
    named = Counter(f"{hit.looked.finding.label} in {hit.place}" for hit in hits)
    what = ", ".join(f"{name} ({times})" if times > 1 else name for name, times in named.items())
    return Signal(
        check=guard,
        verdict=Verdict.FAIL,
        kind=worst.looked.finding.kind,
        score=worst.looked.finding.score,
        evidence=f"{_DONE[word]} by {title}: {what}"[:200],
        policy=title,
        word=word,
        asked=all(hit.place.asked for hit in hits),
    )


def _silent(title: str, guard: str, decision: Decision, blind: Sequence[Blind]) -> Signal:
    missing = next((one for one in blind if one.guard == guard), None)
    if missing is None:
        return Signal(check=guard, verdict=Verdict.PASS, policy=title)
    closed = " and the text was blocked" if decision.unseen and decision.by == title else ""
    return Signal(
        check=guard,
        verdict=Verdict.SKIPPED,
        evidence=f"{missing.why}{closed}"[:200],
        policy=title,
    )


def blocked_instead(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """Of what should have been held for a person and could not."""
    held, blocked = _DONE[Word.HOLD], _DONE[Word.BLOCK]
    return tuple(
        [
            msgspec.structs.replace(one, word=Word.BLOCK, evidence=one.evidence.replace(held, blocked, 1))
            if one.word is Word.HOLD
            else one
            for one in signals
        ]
    )


def first_kind(decision: Decision) -> FailureKind | None:
    """The kind of what was stopped; None = a guard gave no verdict."""
    found = [hit for hit in decision.hits if hit.word is decision.word]
    return found[0].looked.finding.kind if found else None
