"""Both readings of recorded exchanges, side by side."""

import gzip
import json

import pytest

from leadline.wirecheck.recorded import BadLine, NotRecorded, read
from leadline.wirecheck.verifying import Verifier

NOTHING: dict[str, object] = {
    "finish": [],
    "usage": None,
    "model": None,
    "id": None,
    "fingerprint": None,
    "tool_calls": 0,
    "refusal": False,
    "block_reason": None,
    "text_chars": 0,
    "done_marker": None,
}
COMPLETION: dict[str, object] = {
    "id": "c1",
    "model": "m-1",
    "choices": [{"index": 0, "message": {"content": "Paris"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
}
AS_READ: dict[str, object] = {
    **NOTHING,
    "finish": ["stop"],
    "usage": COMPLETION["usage"],
    "model": "m-1",
    "id": "c1",
    "text_chars": 5,
}


def exchange(body=COMPLETION, *, status=200, facts=AS_READ, **more):
    told = body if isinstance(body, str) else json.dumps(body)
    return {
        "id": "x1",
        "provider": "openai",
        "api": "chat.completions",
        "kind": "ok",
        "streaming": False,
        "response": {"status": status, "headers": {}, "body": told},
        "facts": facts,
        **more,
    }


def verdict_of(tmp_path, *rows):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    verifier = Verifier()
    for line in read(file):
        verifier.take(line)
    return verifier.verdict


def test_all_recorded_exchanges_agree_in_more_than_995_of_1000_facts(data):
    verifier = Verifier()
    for line in read(data / "wire" / "exchanges.jsonl.gz"):
        verifier.take(line)
    verdict = verifier.verdict

    assert verdict.total.compared > 17_000
    assert verdict.total.share >= 0.995
    assert {one.right for one in verdict.disagreements} == {"we"}
    assert not verdict.bad_lines


def test_what_both_read_alike_agrees(tmp_path):
    verdict = verdict_of(tmp_path, exchange())

    assert (verdict.total.compared, verdict.total.agreed) == (15, 15)


def test_an_error_is_compared_as_one_and_nothing_else_of_it(tmp_path):
    body = {"error": {"message": "?", "type": "server_error"}}
    verdict = verdict_of(tmp_path, exchange(body, status=500, kind="http_error", facts=NOTHING))

    assert (verdict.total.compared, verdict.total.agreed) == (1, 1)


def test_a_fact_that_differs_without_a_known_quirk_is_left_open(tmp_path):
    verdict = verdict_of(tmp_path, exchange(facts={**AS_READ, "model": "m-2"}))

    (one,) = verdict.disagreements
    assert (one.fact, one.ours, one.recorded, one.right) == ("model", "m-1", "m-2", "unknown")
    assert verdict.of_fact("model").agreed == 0
    assert verdict.of_fact("id").agreed == 1


def test_more_cached_tokens_than_the_prompt_has_are_a_quirk_of_the_provider(tmp_path):
    usage = {"prompt_tokens": 7, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 161}}
    verdict = verdict_of(
        tmp_path, exchange({**COMPLETION, "usage": usage}, facts={**AS_READ, "usage": usage})
    )

    (one,) = verdict.disagreements
    assert (one.fact, one.ours, one.recorded, one.right) == ("cached_read_tokens", 7, 161, "we")


def test_reasoning_counted_beside_the_completion_is_a_quirk_of_the_provider(tmp_path):
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    verdict = verdict_of(
        tmp_path, exchange({**COMPLETION, "usage": usage}, facts={**AS_READ, "usage": usage})
    )

    (one,) = verdict.disagreements
    assert (one.fact, one.ours, one.recorded, one.right) == ("output_tokens", 25, 5, "we")


def test_a_stream_that_lacks_its_finish_is_incomplete_for_both(tmp_path):
    chunk = {"id": "c1", "choices": [{"index": 0, "delta": {"content": "Par"}, "finish_reason": None}]}
    facts = {**NOTHING, "id": "c1", "text_chars": 3, "done_marker": True}
    body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"

    assert not verdict_of(tmp_path, exchange(body, facts=facts, streaming=True)).disagreements


def test_operations_that_we_do_not_speak_are_counted_apart(tmp_path):
    verdict = verdict_of(tmp_path, exchange(), exchange(api="images"))

    assert verdict.unread == {("openai", "images"): 1}
    assert verdict.total.compared == 15


def test_a_bad_line_is_named_and_left_out(tmp_path):
    verdict = verdict_of(tmp_path, exchange(), "{broken", "")

    (bad,) = verdict.bad_lines
    assert bad.number == 2
    assert str(bad).startswith("rows.jsonl, line 2: ")


def test_a_file_without_any_exchange_is_none(tmp_path):
    with pytest.raises(NotRecorded, match=r"line 1: .*missing required field"):
        verdict_of(tmp_path, {"a": 1})
    with pytest.raises(NotRecorded, match="holds no recorded exchange"):
        verdict_of(tmp_path)


def test_a_cut_archive_gives_what_is_whole_and_says_where_it_ends(tmp_path):
    packed = gzip.compress("".join(f"{json.dumps(exchange())}\n" for _ in range(2000)).encode(), 0)
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(packed[: len(packed) // 2])

    lines = list(read(file))

    assert len(lines) > 500
    assert isinstance(lines[-1], BadLine)
