"""An inline check before labelled answers, with what they lean on."""

import time
from typing import cast

from leadline.checks.inline import Examination, InlineCheck
from leadline.evals.measuring import Judged, SpanTally
from leadline.evals.subjects import Row, labelled_positive, offered, wanted
from leadline.vocabulary import Answer, FinishReason, ProviderIdentifier, Question, Signal, Verdict

TARGET = ProviderIdentifier(provider="labelled", model="labelled")


class InlineSubject:
    kind = "inline"

    def __init__(self, name: str, check: object) -> None:
        self.name = name
        self._check = cast("InlineCheck", check)
        self._said: dict[str, list[str]] = {}
        self._pairs = 0

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
        row = self._paired(row) if "lang" in row else row
        text = wanted(row, "answer")
        exam = Examination(
            question=Question(
                model=TARGET.model,
                prompt=offered(row, "question"),
                context=offered(row, "context"),
            ),
            answer=Answer(text=text, text_chars=len(text), finish_reason=FinishReason.STOP),
            target=TARGET,
            provider_type="openai",
        )
        began = time.thread_time()
        signal = self._check.inspect(exam)
        seconds = time.thread_time() - began
        read = sum(len(part.encode()) for part in (text, exam.question.prompt, exam.question.context))
        return judged(signal, row, read, seconds)

    def _paired(self, row: Row) -> Row:
        """A row that only names its language becomes an answer, by turns to earlier texts of the same
        language and of another one, which is what a check of the language has to flag.
        """
        language, text = wanted(row, "lang"), wanted(row, "text")
        self._pairs += 1
        same = self._said.setdefault(language, [])
        others = [said for other, texts in self._said.items() if other != language for said in texts[-1:]]
        differs = bool(others) and (self._pairs % 2 == 0 or not same)
        asked = others[self._pairs % len(others)] if differs else " ".join(same[-3:] or [text])
        same.append(text)
        return {"id": row.get("id"), "question": asked, "answer": text, "label": int(differs)}


def judged(signal: Signal, row: Row, bytes_read: int, seconds: float) -> Judged:
    return Judged(
        positive=labelled_positive(row),
        flagged=signal.verdict is Verdict.FAIL,
        score=signal.score,
        bytes_read=bytes_read,
        seconds=seconds,
        skipped=signal.verdict in (Verdict.SKIPPED, Verdict.NOT_APPLICABLE),
    )
