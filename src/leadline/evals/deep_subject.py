"""A deep check before labelled answers, as the watch would show them to it."""

import asyncio
import time
from collections.abc import Sequence
from typing import NoReturn, cast

from leadline.checks.deep import (
    Asked,
    Asking,
    DeepCheck,
    DeepExamination,
    DeepPlug,
    DeepTools,
    Found,
    Unavailable,
)
from leadline.evals.inline_subject import TARGET, judged
from leadline.evals.measuring import Judged, SpanTally
from leadline.evals.subjects import Row, Unmeasurable, offered, wanted
from leadline.measures.embeddings import Vectors, embed
from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    CapturedText,
    Exchange,
    FinishReason,
    Observation,
    Selection,
    SelectionReason,
    Signal,
    Verdict,
    WireProtocol,
)


class DeepSubject:
    kind = "deep"

    def __init__(self, name: str, plug: object) -> None:
        self.name = name
        try:
            self._check: DeepCheck = cast("DeepPlug", plug).start(_tools())
        except Unavailable as reason:
            raise Unmeasurable(f"{name} is not available: {reason}") from reason

    @property
    def spans(self) -> dict[str, SpanTally]:
        return {}

    @property
    def any_sort(self) -> SpanTally:
        return SpanTally()

    @property
    def unsought(self) -> tuple[str, ...]:
        return ()

    def judge(self, row: Row) -> Judged:
        answer = wanted(row, "answer")
        text = CapturedText(prompt=offered(row, "question"), context=offered(row, "context"), answer=answer)
        exam = DeepExamination(observation=_observation(str(row.get("id", "row")), text))
        began = time.thread_time()
        try:
            found = asyncio.run(_inspect(self._check, exam))
        except Unavailable as reason:
            raise Unmeasurable(f"{self.name} is not available: {reason}") from reason
        seconds = time.thread_time() - began
        read = sum(len(part.encode()) for part in (text.prompt, text.context, text.answer))
        return judged(_verdict(found, self.name), row, read, seconds)


def why_not(plug: object) -> str:
    """What keeps the check from starting, as a sentence; empty = nothing does."""
    try:
        cast("DeepPlug", plug).start(_tools())
    except (Unavailable, OSError) as reason:
        return str(reason)
    return ""


def _tools() -> DeepTools:
    return DeepTools(embed=_embed, ask=_no_model, clock=lambda: 0.0, read_file=_read)


def _embed(texts: Sequence[str]) -> Vectors:
    try:
        return embed(texts)
    except ImportError as error:
        raise Unavailable(f"{error}; `pip install --force-reinstall wordllama` brings it") from error


async def _inspect(check: DeepCheck, exam: DeepExamination) -> Sequence[Found]:
    return await check.inspect(exam)


def _verdict(found: Sequence[Found], name: str) -> Signal:
    """The signal that says most: a failing one before the others; none at all is no verdict."""
    signals = [one for one in found if isinstance(one, Signal)]
    failing = next((one for one in signals if one.verdict is Verdict.FAIL), None)
    return failing or next(iter(signals), Signal(check=name, verdict=Verdict.NOT_APPLICABLE))


def _observation(name: str, text: CapturedText) -> Observation:
    answer = Answer(text=text.answer, text_chars=len(text.answer), finish_reason=FinishReason.STOP)
    attempt = Attempt(
        number=1,
        target=TARGET,
        selection=Selection(reason=SelectionReason.PRIMARY),
        started_at=0.0,
        ended_at=1.0,
        status=200,
    )
    exchange = Exchange(
        request_id=name,
        started_at=0.0,
        ended_at=1.0,
        protocol=WireProtocol.OPENAI_CHAT,
        alias=TARGET.model,
        streaming=False,
        caller=Caller(key_alias="labelled"),
        status=200,
        attempts=(attempt,),
        answer=answer,
    )
    return Observation(exchange=exchange, text=text)


async def _no_model(_asking: Asking) -> Asked:
    _without_one()


def _without_one() -> NoReturn:
    raise Unavailable("it asks a model through a running gateway, and rows are measured without one.")


def _read(name: str) -> str:
    with open(name, encoding="utf-8") as file:  # noqa: PTH123 - one read of a file that the settings name
        return file.read()
