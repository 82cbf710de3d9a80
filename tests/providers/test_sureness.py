"""How sure the model was of its words, read from each provider's probabilities."""

import json

import pytest

from leadline.providers._gemini_reply import read_reply as read_gemini
from leadline.providers._openai_reply import OpenAIStream
from leadline.providers._openai_reply import read_reply as read_chat
from leadline.providers._responses_reply import read_reply as read_responses
from leadline.vocabulary import Answer, UpstreamReply

TOKENS = [{"token": "So", "logprob": -0.1}, {"token": " be", "logprob": -0.5}]


def answer_of(read, body):
    answer = read(UpstreamReply(status=200, headers={}, body=json.dumps(body).encode()))
    assert isinstance(answer, Answer)
    return answer


def chat(logprobs):
    message = {"role": "assistant", "content": "So be"}
    return {
        "id": "c",
        "model": "gpt-4o",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": logprobs}],
    }


def test_chat_responses_and_gemini_tell_the_mean():
    part = {"type": "output_text", "text": "So be", "logprobs": TOKENS}
    responses = {"id": "r", "status": "completed", "output": [{"type": "message", "content": [part]}]}
    chosen = [{"token": one["token"], "logProbability": one["logprob"]} for one in TOKENS]
    candidate = {
        "content": {"parts": [{"text": "So be"}]},
        "finishReason": "STOP",
        "avgLogprobs": -9,
        "logprobsResult": {"chosenCandidates": chosen},
    }

    assert answer_of(read_chat, chat({"content": TOKENS})).mean_logprob == pytest.approx(-0.3)
    assert answer_of(read_responses, responses).mean_logprob == pytest.approx(-0.3)
    assert answer_of(read_gemini, {"candidates": [candidate]}).mean_logprob == pytest.approx(-0.3)


def test_a_stream_adds_its_chunks_up():
    reader = OpenAIStream(hides_usage=False)
    for one in TOKENS:
        choice = {"index": 0, "delta": {"content": one["token"]}, "logprobs": {"content": [one]}}
        reader.feed(b"data: " + json.dumps({"id": "c", "choices": [choice]}).encode() + b"\n\n")
    last = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "logprobs": None}]}
    reader.feed(b"data: " + json.dumps(last).encode() + b"\n\ndata: [DONE]\n\n")

    answer = reader.outcome()
    assert isinstance(answer, Answer)
    assert answer.mean_logprob == pytest.approx(-0.3)


@pytest.mark.parametrize(
    "odd", [None, {}, [], "none", {"content": None}, {"content": [{"logprob": "x"}]}, {"content": [{}]}]
)
def test_what_hosts_write_there_harms_no_fact(odd):
    answer = answer_of(read_chat, chat(odd))
    assert (answer.text, answer.mean_logprob) == ("So be", None)
