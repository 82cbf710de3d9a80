"""Inputs and answers of a template look like those before them."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastOne
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._form import with_form
from leadline.checks.deep._telling import Telling
from leadline.checks.deep._window import Window
from leadline.vocabulary import Condition, Exchange, FailureKind, Verdict

_CHECK = "drift"
_MOST_WINDOWS = 400
_CLEAR_FACTOR = 0.8
_KINDS = {"inputs": FailureKind.DATA_EMBEDDING_DRIFT, "answers": FailureKind.QUALITY_COHERENCE}
_VERSION = 2
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, dict[str, Window]])


class Drift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tells when the last 20 inputs of a template (`data.embedding_drift`), or the last 20 answers
    (`quality.coherence`), have moved away from what the first 100 were like.

    Texts become wordllama embeddings of 256 dimensions, and two of their form: how much of a text repeats
    itself, and how much of it is brackets and marks. The measure is the distance of the window's centre
    from the centre of all that came before, in standard deviations beyond the usual: how far windows of the
    reference, drawn by chance and as they followed one another, lie from the rest of it. While a window is
    away the reference stands still; otherwise it follows slowly (half of it is new after 1,400 answers), so
    a season is no drift.

    Measured on windows of 20 of six kinds of traffic (answers from documents, passages, single sentences,
    questions, tweets, JSON): AUROC 1.0 for refusals, another language, gibberish, shuffled letters, JSON,
    loops of three and of eight words, and another task; none of 576 usual windows reaches the limit. On
    embeddings alone, at first sight, loops had .43 to 1.0. `leadline checks measure drift` repeats it on
    your own answers.

    Blind spots: the same task done worse; a drift of a template with fewer than 100 answers; a share of
    less than half of the window; where calls come in bursts on one subject the usual is wide, so that
    refusals in several wordings just stay below the limit (`refusal` finds them). Needs wordllama, without
    which it says that it is not available.

    Attributes:
        reference: answers that say what is normal.
        window: answers that are compared with it.
        sigmas: standard deviations beyond the usual distance that are a breach.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    reference: AtLeastOne = 100
    window: AtLeastOne = 20
    sigmas: AboveZero = 5.0

    def start(self, tools: DeepTools) -> DeepCheck:
        tools.embed(["warm"])
        return _Watching(self, tools)


class _Watching:
    def __init__(self, settings: Drift, tools: DeepTools) -> None:
        self._settings = settings
        self._embed = tools.embed
        self._windows: dict[str, Window] = {}
        self._telling = Telling()

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        seen = exam.observation
        text, exchange = seen.text, seen.exchange
        if exam.told_later or text is None or not exchange.served or exchange.rung:
            return ()
        bad = any(signal.verdict is Verdict.FAIL for signal in seen.signals)
        texts = {"inputs": text.prompt, "answers": text.answer}
        told = [(what, written) for what, written in texts.items() if written.strip()]
        vectors = self._embed([written for _, written in told]) if told else ()
        found: list[Found] = []
        for (what, written), vector in zip(told, vectors, strict=True):
            window = self._window(_subject(what, exchange))
            if window is not None:
                window.add(
                    with_form(vector, written), self._settings.window, self._settings.reference, bad=bad
                )
                found += self._stands(what, window, exchange)
        return found

    def remembered(self) -> bytes:
        return _encoder.encode((_VERSION, self._windows))

    def remember(self, memory: bytes) -> None:
        """Vectors of another version have other dimensions."""
        version, windows = _decoder.decode(memory)
        if version != _VERSION:
            raise ValueError(f"drift remembers version {version}, and this is version {_VERSION}")
        self._windows = windows

    def _window(self, subject: str) -> Window | None:
        window = self._windows.get(subject)
        if window is None and len(self._windows) < _MOST_WINDOWS:
            window = self._windows[subject] = Window()
        return window

    def _stands(self, what: str, window: Window, exchange: Exchange) -> Sequence[Condition]:
        away, limit = window.away(self._settings.window), self._settings.sigmas
        if away is None:
            return ()
        window.held = away > _CLEAR_FACTOR * limit
        where = exchange.attempts[-1].target
        return self._telling.worth(
            Condition(
                check=f"{_CHECK}_{what}",
                subject=_subject(what, exchange),
                kind=_KINDS[what],
                breached=away >= limit,
                clear=away <= _CLEAR_FACTOR * limit,
                measure="window_distance_sd",
                measured=away,
                threshold=limit,
                where=where,
                at=exchange.ended_at,
                feature=exchange.caller.feature,
                tenant=exchange.caller.tenant,
                evidence=f"the last {self._settings.window} {what} of template {exchange.template[:80]} "
                "are not like those before them",
            )
        )


def _subject(what: str, exchange: Exchange) -> str:
    """Answers belong to a model, inputs to whoever asks."""
    target = exchange.attempts[-1].target
    whose = f"{target.provider}/{target.model}" if what == "answers" else exchange.caller.feature
    return f"{what}/{whose}/{exchange.template}"


PLUG: type[DeepPlug] = Drift
