"""What the watch learns from answers: billed tokens per counted one, and how long answers are."""

import math
import statistics
import struct
from collections.abc import Sequence

import msgspec

from leadline.vocabulary import Observation, Origin, OverlayEntry
from leadline.watch.centroids import Centroid, Embeds, entries, learn, teaches

HALF_LIFE_S = 48 * 3600.0
RATIO_KNOWN_AFTER = 50
LENGTH_KNOWN_AFTER = 200
MOST_NAMES = 5000
"""Templates and models; what comes later is `other` (the gateway caps its own names alike)."""
_GROWTH = 1.02
_LOG_GROWTH = math.log(_GROWTH)
_FORGET_ABOVE = 4000
_CLIP = 0.10
_NOTABLY = 0.01
_LEAST_COUNTED = 20
"""Below that, fixed framing is most of the bill and says nothing of the tokenizer."""
_CEILING_HOLDS_S = 3600.0
_CEILING_GROWTH = 1.25


class Ratio(msgspec.Struct):
    """Exponentially weighted mean whose weight halves every 48 hours. `seen` counts responses.

    It begins with the median of the first responses, and each later one moves it as if it lay within 10 %:
    an attack that inflates some bills must not become what is normal.
    """

    mean: float = 0.0
    weight: float = 0.0
    at: float = 0.0
    seen: int = 0
    first: list[float] = []

    def add(self, value: float, at: float) -> None:
        self.seen += 1
        if self.seen <= RATIO_KNOWN_AFTER:
            self.first.append(value)
            self.mean, self.weight, self.at = statistics.median(self.first), float(self.seen), at
            if self.seen == RATIO_KNOWN_AFTER:
                self.first = []
            return
        value = min(max(value, self.mean * (1 - _CLIP)), self.mean * (1 + _CLIP))
        self.weight *= 0.5 ** (max(0.0, at - self.at) / HALF_LIFE_S)
        self.mean = (self.mean * self.weight + value) / (self.weight + 1.0)
        self.weight += 1.0
        self.at = max(self.at, at)


class Lengths(msgspec.Struct):
    """Histogram of output tokens in steps of 2 %, so a percentile is off by at most that.

    Halved at 4,000 answers: a template that changes is learnt anew. Once the 99th percentile is known it
    rises by at most a quarter an hour, so that a burst of endless answers does not excuse itself.
    """

    counts: dict[int, float] = {}
    total: float = 0.0
    ceiling: float = math.inf
    ceiling_at: float = 0.0

    def add(self, tokens: int, at: float) -> None:
        if self.total >= LENGTH_KNOWN_AFTER and at - self.ceiling_at >= _CEILING_HOLDS_S:
            self.ceiling, self.ceiling_at = self.percentile(0.99) * _CEILING_GROWTH, at
        step = round(math.log(max(1.0, min(tokens, self.ceiling))) / _LOG_GROWTH)
        self.counts[step] = self.counts.get(step, 0.0) + 1.0
        self.total += 1.0
        if self.total > _FORGET_ABOVE:
            self.counts = {step: n / 2 for step, n in self.counts.items() if n >= 1.0}
            self.total = sum(self.counts.values())

    def percentile(self, share: float) -> float:
        """Tokens, 0 without answers."""
        wanted, seen = share * self.total, 0.0
        for step in sorted(self.counts):
            seen += self.counts[step]
            if seen >= wanted:
                return float(math.exp(step * _LOG_GROWTH))
        return 0.0


class Learning(msgspec.Struct):
    """Plain state: it is the snapshot that survives a restart."""

    centroids: dict[str, Centroid] = {}
    ratios: dict[str, Ratio] = {}
    lengths: dict[str, Lengths] = {}

    def observe(self, observation: Observation, model: Embeds | None = None) -> None:
        """Only whole answers to users teach; the caller's cap cuts lengths, so capped ones do not count."""
        exchange = observation.exchange
        answer = exchange.answer
        if (
            exchange.origin is not Origin.USER
            or not exchange.served
            or answer is None
            or answer.usage is None
        ):
            return
        if model is not None and teaches(observation):
            learn(self.centroids, observation, model)
        usage, counted = answer.usage, exchange.counted_input_tokens or 0
        if counted >= _LEAST_COUNTED and usage.input_tokens:
            target = exchange.attempts[-1].target
            name = f"{target.provider}/{target.model}"
            for one in (name, f"{name} {exchange.counted_script}") if exchange.counted_script else (name,):
                ratio = self.ratios.setdefault(_capped(one, self.ratios), Ratio())
                ratio.add(usage.input_tokens / counted, exchange.ended_at)
        if answer.complete and usage.output_tokens:
            name = _capped(exchange.template, self.lengths)
            self.lengths.setdefault(name, Lengths()).add(usage.output_tokens, exchange.ended_at)

    def entries(self) -> list[OverlayEntry]:
        """What is known well enough to be used."""
        ratios = [
            OverlayEntry(
                what="token_ratio",
                name=name,
                value=ratio.mean,
                reason=f"billed / counted input tokens over {ratio.seen} responses",
            )
            for name, ratio in self.ratios.items()
            if ratio.seen >= RATIO_KNOWN_AFTER
        ]
        lengths = [
            OverlayEntry(
                what="output_p99",
                name=name,
                value=lengths.percentile(0.99),
                reason=f"99th percentile of output tokens over {lengths.total:.0f} answers",
            )
            for name, lengths in self.lengths.items()
            if lengths.total >= LENGTH_KNOWN_AFTER
        ]
        return ratios + lengths + entries(self.centroids)


def changed_notably(before: Sequence[OverlayEntry], after: Sequence[OverlayEntry]) -> bool:
    """Is there a new entry, one less, one renewed, or one whose value moved by more than 1 %?"""
    if _moved({one.name: one.vector for one in before if one.vector}, after):
        return True
    known = {(entry.what, entry.name, entry.expires_at): entry.value for entry in before}
    fresh = {(entry.what, entry.name, entry.expires_at): entry.value for entry in after}
    if known.keys() != fresh.keys():
        return True
    return any(abs(value - known[name]) > 0.01 * abs(known[name]) for name, value in fresh.items())


def _moved(known: dict[str, bytes], after: Sequence[OverlayEntry]) -> bool:
    """Whether a centroid is no longer the one that was told, by more than float16 rounds."""
    return any(one.vector and _distance(known.get(one.name, b""), one.vector) > _NOTABLY for one in after)


def _distance(one: bytes, other: bytes) -> float:
    """Squared, between two unit vectors; infinite when they are not of one kind."""
    if one == other:
        return 0.0
    if len(one) != len(other):
        return math.inf
    pairs = zip(struct.iter_unpack("<e", one), struct.iter_unpack("<e", other), strict=True)
    return math.fsum((a - b) ** 2 for (a,), (b,) in pairs)


def _capped(name: str, known: dict[str, Ratio] | dict[str, Lengths]) -> str:
    return name if name in known or len(known) < MOST_NAMES else "other"
