"""What a try cost, and what the checks are given of its answer."""

from leadline.checks.inline import Examination, Learnt
from leadline.gateway.recording import Call, Try
from leadline.gateway.routing import ReadyTarget
from leadline.measures.prices import cost_usd
from leadline.measures.scripts import script_of
from leadline.measures.tokens import count_question
from leadline.vocabulary import Answer, TokenUsage

CHARS_PER_TOKEN = 4
"""For the cost of an answer that broke off, where nothing better is known."""


def bill(call: Call, tried: Try, most_chars: int) -> None:
    """One that broke off after its head was billed all the same, so its cost is estimated."""
    answer, target, response = tried.answer, tried.step.target, tried.response
    if target.price is None:
        return
    if answer is not None and answer.usage is not None:
        tried.cost_usd = cost_usd(target.price, answer.usage)
    elif _broke_off(tried) and response and response.status == 200:
        written = answer.text_chars // CHARS_PER_TOKEN if answer is not None else 0
        usage = TokenUsage(input_tokens=count(call, target, most_chars) or 0, output_tokens=written)
        tried.cost_usd, tried.cost_estimated = cost_usd(target.price, usage), True


def _broke_off(tried: Try) -> bool:
    failure = tried.failure
    return tried.stopped is not None or (failure is not None and failure.kind is not None)


def count(call: Call, target: ReadyTarget, most_chars: int) -> int | None:
    """Tokens of the question. None = left to the watch: counting is linear in text that may be megabytes."""
    question = call.question
    if len(question.context) + len(question.prompt) > most_chars:
        return None
    return count_question(question, target.target.type, target.target.identity.model)


def count_input(call: Call, target: ReadyTarget, most_chars: int) -> None:
    """Noted at the call, for its checks and for the watch that learns from it."""
    call.counted_input_tokens = count(call, target, most_chars)
    call.counted_script = "" if call.counted_input_tokens is None else script_of(call.question)


def examination(call: Call, target: ReadyTarget, answer: Answer, now: float) -> Examination:
    known = call.active.effective
    centroid = known.entry("centroid", call.template, now)
    return Examination(
        question=call.question,
        answer=answer,
        target=target.target.identity,
        provider_type=target.target.type,
        counted_input_tokens=call.counted_input_tokens,
        learnt=Learnt(
            token_ratio=_token_ratio(call, target, now),
            output_p99=known.value("output_p99", call.template, now),
            centroid=centroid.vector if centroid is not None else None,
            least_similarity=centroid.value if centroid is not None else None,
        ),
    )


def _token_ratio(call: Call, target: ReadyTarget, now: float) -> float | None:
    """Of texts in this script, else of all."""
    known, name = call.active.effective, target.learnt_name
    ratio = known.value("token_ratio", f"{name} {call.counted_script}", now)
    return known.value("token_ratio", name, now) if ratio is None else ratio
