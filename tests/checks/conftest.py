"""Examinations to try checks on."""

import msgspec
import pytest

from leadline.checks.inline import Examination, Learnt
from leadline.vocabulary import Answer, FinishReason, ProviderIdentifier, Question

EXAMINATION = Examination(
    question=Question(model="gpt-4o"),
    answer=Answer(finish_reason=FinishReason.STOP),
    target=ProviderIdentifier(provider="openai-primary", model="gpt-4o"),
    provider_type="openai",
)


@pytest.fixture(scope="session")
def answered():
    """Build an examination of an answer; `question` and `learnt` are fields of theirs."""

    def build(text="", *, question=None, learnt=None, counted=None, provider_type="openai", **answer):
        exam = msgspec.structs.replace(
            EXAMINATION,
            counted_input_tokens=counted,
            provider_type=provider_type,
            learnt=Learnt(**(learnt or {})),
        )
        facts = {"text": text, "text_chars": len(text), **answer}
        return msgspec.structs.replace(
            exam,
            answer=msgspec.structs.replace(exam.answer, **facts),
            question=msgspec.structs.replace(exam.question, **(question or {})),
        )

    return build
