"""What Azure's filter noted beside an answer that it gave."""

import json

import pytest

from leadline.checks.inline.provider_filter import ProviderFilter
from leadline.providers.surfaces import openai_chat
from leadline.vocabulary import Answer, FailureKind, Question, UpstreamReply, Verdict

SURFACE = openai_chat.PLUG()
RATED = {"hate": {"filtered": False, "severity": "safe"}}


def noted(name, *, detected=True):
    return {**RATED, name: {"filtered": False, "detected": detected}}


def found_in(prompt=None, said=None, text="Fine."):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body: dict[str, object] = {"id": "c1", "model": "gpt-4o", "choices": [choice]}
    if said is not None:
        choice["content_filter_results"] = said
    if prompt is not None:
        body["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": prompt}]
    read = SURFACE.read_reply(UpstreamReply(status=200, headers={}, body=json.dumps(body).encode()))
    assert isinstance(read, Answer)
    return read.filter_found


@pytest.mark.parametrize(
    ("told", "kind", "asked"),
    [
        ({"prompt": noted("jailbreak")}, FailureKind.SECURITY_JAILBREAK, True),
        ({"prompt": noted("indirect_attack")}, FailureKind.SECURITY_INDIRECT_INJECTION, True),
        ({"said": noted("protected_material_code")}, FailureKind.SECURITY_DATA_EXTRACTION, False),
    ],
)
def test_what_was_detected_and_let_pass_is_a_security_event(answered, told, kind, asked):
    found = found_in(**told)

    signal = ProviderFilter().inspect(answered("Fine.", filter_found=found))

    assert (signal.verdict, signal.kind, signal.asked) == (Verdict.FAIL, kind, asked)
    assert found[0] in signal.evidence


def test_what_was_looked_for_and_not_found_is_nothing(answered):
    prompt, said = noted("jailbreak", detected=False), noted("protected_material_text", detected=False)

    assert found_in(prompt, said) == ()
    assert ProviderFilter().inspect(answered("Fine.")).verdict is Verdict.NOT_APPLICABLE


def test_what_a_model_says_is_no_annotation():
    assert found_in(text=json.dumps(noted("jailbreak"))) == ()


def test_a_stream_tells_it_before_its_first_word():
    reader = SURFACE.stream_reader(Question(model="m", streaming=True, wants_stream_usage=True))
    opening = {"choices": [], "prompt_filter_results": [{"content_filter_results": noted("jailbreak")}]}
    word = {"choices": [{"index": 0, "delta": {"content": "Fine."}, "finish_reason": "stop"}]}

    for chunk in (opening, word):
        reader.feed(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    outcome = reader.outcome()
    assert isinstance(outcome, Answer)
    assert outcome.filter_found == ("jailbreak",)
