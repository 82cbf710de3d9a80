"""An exchange that was billed other tokens than we counted is read for injected text."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import Share
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.guards import Guard
from leadline.checks.guards.indirect_injection import IndirectInjection
from leadline.checks.guards.injection import Injection
from leadline.checks.seeing import scanned
from leadline.vocabulary import CapturedText, FailureKind, Finding, Place, Signal, Verdict

_CHECK = "token_event"
_EVENTS = frozenset({FailureKind.COST_TOKEN_MISMATCH})
_MOST_CHARS = 65_536


class TokenEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reads an exchange for injected text when a check found its tokens wrong (`token_mismatch`), as text
    that somebody put in unseen would make them: `security.injection`, `security.jailbreak` or
    `security.indirect_injection`, whichever is surest, by the guards `injection` (prompt) and
    `indirect_injection` (what the model was given to lean on). `score` is that guard's.

    Runs on no other exchange, whether or not a policy names these guards. A text is read as a guardrail reads
    it, with what hides in it decoded, up to 65,536 characters, half from its beginning and half from its end.

    Blind spots: those of the two guards; text added beyond our gateway, which only the bill shows; exchanges
    without captured text (not applicable).

    Cost: a few milliseconds for 1 KB, in the watch.

    Attributes:
        threshold: score of a finding from which on the exchange is flagged.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    threshold: Share = 0.5

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Reader(self.threshold)


class _Reader:
    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._direct, self._indirect = Injection(), IndirectInjection()

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        seen = exam.observation
        if not any(signal.kind in _EVENTS for signal in seen.signals):
            return ()
        if seen.text is None or not (seen.text.prompt or seen.text.context):
            return (Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE),)
        surest = max(self._found(seen.text), key=lambda one: one.score, default=None)
        if surest is None or surest.score < self._threshold:
            return (Signal(check=_CHECK, verdict=Verdict.PASS, score=surest.score if surest else 0.0),)
        evidence = f"billed tokens differ from our count, and its text holds: {surest.label}"
        return (
            Signal(
                check=_CHECK,
                verdict=Verdict.FAIL,
                kind=surest.kind,
                score=surest.score,
                evidence=evidence[:200],
                asked=True,
            ),
        )

    def _found(self, text: CapturedText) -> Iterator[Finding]:
        looks: tuple[tuple[Guard, str, Place], ...] = (
            (self._direct, text.prompt, Place.INPUT_USER),
            (self._indirect, text.context, Place.INPUT_CONTEXT),
        )
        for guard, said, place in looks:
            yield from scanned(guard, _ends(said), place)


def _ends(text: str) -> str:
    half = _MOST_CHARS // 2
    return text if len(text) <= _MOST_CHARS else f"{text[:half]}\n{text[-half:]}"


PLUG: type[DeepPlug] = TokenEvent
