"""An inline check before labelled answers, with what they lean on."""

import time
from typing import cast

from leadline.checks.inline import Examination, InlineCheck
from leadline.evals.measuring import Judged, SpanTally
from leadline.evals.subjects import Row, labelled_positive, wanted
from leadline.vocabulary import Answer, FinishReason, ProviderIdentifier, Question, Signal, Verdict

TARGET = ProviderIdentifier(provider="labelled", model="labelled")


class InlineSubject:
    kind = "inline"

    def __init__(self, name: str, check: object) -> None:
        self.name = name
        self._check = cast("InlineCheck", check)

    @property
    def spans(self) -> dict[str, SpanTally]:
        return {}

    @property
    def unsought(self) -> tuple[str, ...]:
        return ()

    def judge(self, row: Row) -> Judged:
        text = wanted(row, "answer")
        exam = Examination(
            question=Question(
                model=TARGET.model,
                prompt=str(row.get("question", "")),
                context=str(row.get("context", "")),
            ),
            answer=Answer(text=text, text_chars=len(text), finish_reason=FinishReason.STOP),
            target=TARGET,
            provider_type="openai",
        )
        began = time.perf_counter()
        signal = self._check.inspect(exam)
        seconds = time.perf_counter() - began
        read = sum(len(part.encode()) for part in (text, exam.question.prompt, exam.question.context))
        return judged(signal, row, read, seconds)


def judged(signal: Signal, row: Row, bytes_read: int, seconds: float) -> Judged:
    """`score` of a signal is the share that is in order, so that less of it is more suspicious."""
    failed = signal.verdict is Verdict.FAIL
    return Judged(
        positive=labelled_positive(row),
        flagged=failed,
        score=failed + (0.0 if signal.score is None else 1 - signal.score),
        bytes_read=bytes_read,
        seconds=seconds,
        skipped=signal.verdict in (Verdict.SKIPPED, Verdict.NOT_APPLICABLE),
    )
