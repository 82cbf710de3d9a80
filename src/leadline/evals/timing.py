"""What the inline checks cost: microseconds of computing for each, for the four together, and for all."""

import gc
import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import msgspec

from leadline import plugs
from leadline.checks.inline import Examination, InlineCheck, Learnt, Warmed
from leadline.evals.inline_subject import TARGET
from leadline.evals.timing_texts import Text, texts
from leadline.measures.vectors import embedder
from leadline.vocabulary import Answer, FinishReason, Question, TokenUsage

THE_FOUR = ("json_schema", "token_mismatch", "similarity", "entities")
"""The checks of which a limit is promised together."""
SIZES: Mapping[str, tuple[int, int]] = {
    "1 KB": (1024, 1638),
    "8 KB": (8192, 1638),
    "8 KB and as long an answer": (8192, 8192),
}
"""Characters of source and answer. 8 KB is all that the checks read of either."""
_FOLDER = "leadline.checks.inline"
_CHARS_PER_TOKEN = 4
_WARMING = 20


class Cost(msgspec.Struct, frozen=True, gc=False):
    """Of one check, or of several together: microseconds for an answer."""

    check: str
    p50_us: float
    p99_us: float


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """`costs` of each check, then of `the four` and of `all`. `by_kind`: these sums for each kind of text."""

    size: str
    source_chars: int
    answer_chars: int
    answers: int
    costs: list[Cost]
    by_kind: dict[str, list[Cost]]


def timed(answers: int, sizes: Iterable[str] = SIZES) -> Iterator[Timed]:
    """For each size, over so many answers, all different."""
    checks = _loaded()
    gc.collect()
    gc.freeze()  # as a gateway does when it has loaded its plan
    for size in sizes:
        source_chars, answer_chars = SIZES[size]
        made = texts(source_chars, answer_chars, seed=source_chars)
        _run(checks, [examination(text) for text in itertools.islice(made, _WARMING)])
        chosen = list(itertools.islice(made, answers))
        taken = _run(checks, [examination(text) for text in chosen])
        kinds: dict[str, list[int]] = {}
        for place, text in enumerate(chosen):
            kinds.setdefault(text.kind, []).append(place)
        yield Timed(
            size=size,
            source_chars=source_chars,
            answer_chars=answer_chars,
            answers=answers,
            costs=[_cost(name, its) for name, its in taken.items()] + _sums(taken, range(answers)),
            by_kind={kind: _sums(taken, places) for kind, places in kinds.items()},
        )


def _loaded() -> dict[str, InlineCheck]:
    checks = {}
    for name in plugs.names(_FOLDER):
        check = plugs.build(_FOLDER, {"type": name})
        if isinstance(check, Warmed):
            check.warm()
        checks[name] = cast("InlineCheck", check)
    return checks


def examination(text: Text) -> Examination:
    """An answer that is whole and billed as counted, of a template whose answers are known."""
    counted = (len(text.prompt) + len(text.context)) // _CHARS_PER_TOKEN
    usage = TokenUsage(input_tokens=counted, output_tokens=len(text.answer) // _CHARS_PER_TOKEN)
    model = embedder()
    return Examination(
        question=Question(
            model=TARGET.model, prompt=text.prompt, context=text.context, schema_json=text.schema_json
        ),
        answer=Answer(
            text=text.answer, text_chars=len(text.answer), finish_reason=FinishReason.STOP, usage=usage
        ),
        target=TARGET,
        provider_type="openai",
        counted_input_tokens=counted,
        learnt=Learnt(
            centroid=model.embed(text.context or text.prompt) if model else None, output_p99=4096.0
        ),
    )


def _run(checks: Mapping[str, InlineCheck], exams: Sequence[Examination]) -> dict[str, list[float]]:
    """Seconds of computing for each check and examination, each looked at once: nothing is remembered."""
    return {name: [_seconds(check, exam) for exam in exams] for name, check in checks.items()}


def _seconds(check: InlineCheck, exam: Examination) -> float:
    began = time.thread_time()
    check.inspect(exam)
    return time.thread_time() - began


def _sums(taken: Mapping[str, Sequence[float]], places: Sequence[int]) -> list[Cost]:
    four = [sum(taken[name][place] for name in THE_FOUR) for place in places]
    every = [sum(its[place] for its in taken.values()) for place in places]
    return [_cost("the four", four), _cost("all", every)]


def _cost(name: str, seconds: Sequence[float]) -> Cost:
    ordered = sorted(seconds)
    p50, p99 = (ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.99))
    return Cost(name, round(1e6 * p50, 1), round(1e6 * p99, 1))
