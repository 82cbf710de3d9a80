"""Prompts are as long as they used to be, and cost as many tokens."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AboveOne, AboveZero, AtLeastOne, AtLeastZero
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._steps import Level, Step
from leadline.vocabulary import Condition, Exchange, FailureKind

_CHECK = "context_stuffing"
_MOST_LEVELS = 2000
_LEAST_COUNTED = 20
"""Below that, fixed framing is most of the bill and says nothing of the tokenizer."""
_CLIP = 1.25
"""A bill that was inflated counts as this factor at most: some such bills are no new tokenizer."""


class ContextStuffing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tells `cost.context_stuffing` when the prompts of a template step up, so that each request costs more:
    histories that are not cut, more or larger chunks, an agent that carries all that it did; and when a
    model bills another number of tokens for the same text than before (a new tokenizer, told by no one).

    The last `window` requests are held against those before them, whose weight halves in a day. Length is
    our own count, or the bill where images or files forbid one, by template; tokens for the same text are
    billed by counted tokens, by provider, model and script. A step is a factor that chance does not make of
    figures that vary as these do (five standard errors). The condition holds for `told_for_s`, and what was
    reached is learnt as the new level, so that further growth is told again.

    Measured on made traffic: 100 templates of 1,000 requests each, 60 of whose lengths vary by a factor of
    2.2 (one standard deviation), 40 hardly, and 40 chats of 1,500 requests in which conversations grow from
    turn to turn: none is told of. Prompts that double are told of after 18 requests (median) where lengths
    hardly vary; where they vary that much three in four are told of within 200, and all that treble within
    30. `tests/checks/deep/test_context_stuffing.py` has the like.

    Blind spots: growth that is as slow as days; templates of fewer than `known_after` requests; shorter
    prompts, which cost nobody anything; a change of languages within one script at once, which looks like a
    new tokenizer; what comes after 2,000 templates and models.

    Attributes:
        window: requests that are judged together.
        known_after: requests before the window from which on something is usual.
        growth: factor of a template's tokens per request.
        least_tokens: more per request that growth has to be, lest short prompts make a fuss.
        ratio_step: factor, up or down, of billed tokens per counted one.
        told_for_s: seconds that a step counts as a breach.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    window: AtLeastOne = 30
    known_after: AtLeastOne = 200
    growth: AboveOne = 1.5
    least_tokens: AtLeastZero = 200
    ratio_step: AboveOne = 1.1
    told_for_s: AboveZero = 600.0

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Looker(self)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, Level])


class _Looker:
    def __init__(self, settings: ContextStuffing) -> None:
        self._settings = settings
        self._levels: dict[str, Level] = {}

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        exchange = exam.observation.exchange
        answer = exchange.answer
        if exam.told_later or answer is None or answer.usage is None or not exchange.served or exchange.rung:
            return ()
        billed, counted = answer.usage.input_tokens, exchange.counted_input_tokens
        return (*self._length(exchange, counted or billed), *self._ratio(exchange, billed, counted or 0))

    def remembered(self) -> bytes:
        return _encoder.encode(self._levels)

    def remember(self, memory: bytes) -> None:
        self._levels = _decoder.decode(memory)

    def _length(self, exchange: Exchange, tokens: int) -> Sequence[Found]:
        caller, settings = exchange.caller, self._settings
        subject = f"{caller.tenant}/{caller.feature}/{exchange.template}"
        step = self._step(f"length {subject}", tokens, exchange, settings.growth)
        if step is None or step.after - step.before < settings.least_tokens:
            return ()
        evidence = (
            f"template {exchange.template[:60]}: {step.after:,.0f} input tokens a request after "
            f"{step.before:,.0f} (x{step.factor:.2f})"
        )
        return (self._condition(exchange, subject, "prompt_growth", step, evidence),)

    def _ratio(self, exchange: Exchange, billed: int, counted: int) -> Sequence[Found]:
        if counted < _LEAST_COUNTED or not billed:
            return ()
        where = exchange.attempts[-1].target
        subject = f"{where.provider}/{where.model}"
        name = f"ratio {subject} {exchange.counted_script}"
        known = self._levels.get(name)
        ratio = billed / counted
        if known is not None and known.seen:
            ratio = known.within(ratio, _CLIP)
        step = self._step(name, ratio, exchange, self._settings.ratio_step)
        if step is None:
            return ()
        evidence = (
            f"{subject} bills {step.after:.2f} tokens for each that we count, after {step.before:.2f}: "
            "another tokenizer, or text that is not ours"
        )
        return (self._condition(exchange, subject, "token_ratio_step", step, evidence),)

    def _step(self, name: str, figure: float, exchange: Exchange, least: float) -> Step | None:
        if figure <= 0:
            return None
        level = self._levels.get(name)
        if level is None:
            if len(self._levels) >= _MOST_LEVELS:
                return None
            level = self._levels[name] = Level()
        level.add(figure, exchange.ended_at, self._settings.window)
        return level.step(least, self._settings.window, self._settings.known_after)

    def _condition(
        self, exchange: Exchange, subject: str, measure: str, step: Step, evidence: str
    ) -> Condition:
        return Condition(
            check=_CHECK,
            subject=f"{measure}/{subject}",
            kind=FailureKind.COST_CONTEXT_STUFFING,
            breached=True,
            clear=False,
            measure=measure,
            measured=step.factor,
            threshold=step.limit,
            where=exchange.attempts[-1].target,
            at=exchange.ended_at,
            feature=exchange.caller.feature,
            tenant=exchange.caller.tenant,
            evidence=evidence[:200],
            until=exchange.ended_at + self._settings.told_for_s,
        )


PLUG: type[DeepPlug] = ContextStuffing
