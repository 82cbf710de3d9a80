"""Simulated answers: healthy ones raise no signal, others the one they are named for."""

import json
from typing import Any

import msgspec
import pytest

from leadline import plugs
from leadline.checks.inline import Examination, Learnt
from leadline.measures.tokens import count_question
from leadline.providers import ClientRequest
from leadline.providers.surfaces import anthropic_messages, gemini_generate, openai_chat
from leadline.simulation.answers import answer
from leadline.simulation.chance import Chance
from leadline.simulation.client_calls import client_call
from leadline.simulation.documents import INVOICE_FIELDS
from leadline.simulation.schedule import Misbehaviour
from leadline.vocabulary import Answer, FailureKind, FinishReason, ProviderIdentifier, TokenUsage, Verdict

PROVIDERS = {
    "openai": openai_chat.PLUG(),
    "anthropic": anthropic_messages.PLUG(),
    "gemini": gemini_generate.PLUG(),
}
LEARNT_RATIO = {"openai": None, "anthropic": 1.18, "gemini": 1.06}
FOLDER = "leadline.checks.inline"
NEEDS_MORE = {"citations", "confidence", "provider_filter", "quotes", "repetition", "similarity"}
"""Checks of citations, probabilities, filters, quotes, long answers and templates that were learnt."""
CHECKS: list[Any] = [plugs.build(FOLDER, {"type": name}) for name in plugs.names(FOLDER)]


def asked(number, *, injected=False):
    """The question of a simulated client as the gateway reads it, and its protocol."""
    call = client_call(number, Chance(number), "http://gateway", "sk-demo", injected=injected)
    path, _, query = call.request.url.removeprefix("http://gateway").partition("?")
    request = ClientRequest(
        method="POST", path=path, query=query, headers=call.request.headers, body=call.request.body
    )
    return PROVIDERS[call.protocol].read_question(request), call.protocol


def signals(question, protocol, told):
    """What all inline checks say to this answer."""
    usage = TokenUsage(input_tokens=told.input_tokens, output_tokens=told.output_tokens)
    exam = Examination(
        question=question,
        answer=Answer(
            text=told.text, text_chars=len(told.text), finish_reason=told.finish_reason, usage=usage
        ),
        target=ProviderIdentifier(provider=protocol, model=question.model),
        provider_type=protocol,
        counted_input_tokens=count_question(question, protocol, question.model),
        learnt=Learnt(token_ratio=LEARNT_RATIO[protocol]),
    )
    return [check.inspect(exam) for check in CHECKS]


def failures(number, misbehaviour=None, *, injected=False):
    question, protocol = asked(number, injected=injected)
    told = answer(question, protocol, Chance(f"p{number}"), 1_700_000_000, misbehaviour)
    return {signal.kind for signal in signals(question, protocol, told) if signal.verdict is Verdict.FAIL}


def test_healthy_answers_raise_no_signal():
    flagged = [number for number in range(500) if failures(number)]

    assert flagged == []


def test_healthy_answers_are_really_judged():
    passed = set()
    for number in range(40):
        question, protocol = asked(number)
        told = answer(question, protocol, Chance(number), 0)
        passed |= {s.check for s in signals(question, protocol, told) if s.verdict is Verdict.PASS}

    assert passed >= set(plugs.names(FOLDER)) - NEEDS_MORE


@pytest.mark.parametrize(
    ("misbehaviour", "kind", "least_share"),
    [
        (Misbehaviour.FABRICATED_FIGURE, FailureKind.QUALITY_HALLUCINATION, 0.95),
        (Misbehaviour.TOKEN_BLOWUP, FailureKind.COST_OUTPUT_BLOWUP, 0.7),
    ],
)
def test_a_misbehaviour_is_what_its_name_says(misbehaviour, kind, least_share):
    caught = [kind in failures(number, misbehaviour) for number in range(80)]

    assert sum(caught) / len(caught) >= least_share


def test_broken_json_is_broken_where_json_was_asked_for():
    for number in range(40):
        question, _ = asked(number)
        found = failures(number, Misbehaviour.BROKEN_JSON)
        assert found == ({FailureKind.QUALITY_FORMAT} if question.schema_json else set())


def test_an_injected_prompt_is_obeyed_and_billed():
    support = [n for n in range(64) if b"support" in client_headers(n) and asked(n)[1] == "openai"]

    assert support
    assert all(FailureKind.COST_TOKEN_MISMATCH in failures(n, injected=True) for n in support)
    question, protocol = asked(support[0], injected=True)
    assert "hidden rules" in answer(question, protocol, Chance(1), 0).text


def client_headers(number):
    call = client_call(number, Chance(number), "http://gateway", "k", injected=False)
    return call.request.headers["x-leadline-template"].encode()


def test_the_same_seed_gives_the_same_answer():
    question, protocol = asked(3)

    assert answer(question, protocol, Chance(7), 1) == answer(question, protocol, Chance(7), 1)


def test_json_answers_hold_the_invoice_s_own_values():
    question = next(q for q, _ in map(asked, range(40)) if q.schema_json)

    told = json.loads(answer(question, "gemini", Chance(1), 0).text)

    assert sorted(told) == sorted(INVOICE_FIELDS)
    assert f"total: {told['total']:.2f}" in question.prompt
    assert f"number: {told['number']}" in question.prompt


def test_an_answer_stays_within_its_limit_and_says_when_it_was_cut():
    question, protocol = asked(0)
    question = msgspec.structs.replace(question, output_limit=12)

    told = answer(question, protocol, Chance(1), 0)

    assert told.finish_reason is FinishReason.LENGTH
    assert told.output_tokens <= 12


@pytest.mark.parametrize("prompt", ["", "hello", "Question:", "\ud800", "x" * 5000, "Total: 7\n" * 300])
def test_whatever_a_visitor_asks_has_an_answer(prompt):
    question, protocol = asked(1)
    for schema in (None, b'{"properties":{"total":{"type":"number"}}}', b"[]"):
        visitor = msgspec.structs.replace(question, prompt=prompt, context="", schema_json=schema)
        for misbehaviour in (None, *Misbehaviour):
            assert answer(visitor, protocol, Chance(1), 0, misbehaviour).output_tokens >= 0
