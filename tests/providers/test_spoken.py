"""An answer without end fills no memory, and its length is known all the same."""

import msgspec
import pytest

from leadline.providers._called import MOST_CALLS, Called
from leadline.providers._spoken import LONGEST_KEPT, Spoken
from leadline.vocabulary import Question

PIECE = "word " * 2000
EVENTS = {
    "openai": {"choices": [{"index": 0, "delta": {"content": PIECE}}]},
    "anthropic": {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": PIECE}},
    "gemini": {"candidates": [{"index": 0, "content": {"parts": [{"text": PIECE}]}}]},
}


def test_what_is_kept_is_the_beginning_and_all_is_counted():
    spoken = Spoken()
    for piece in ("a" * (LONGEST_KEPT - 1), "bc", "d"):
        spoken.add(piece)

    assert spoken.text == "a" * (LONGEST_KEPT - 1) + "b"
    assert spoken.chars == LONGEST_KEPT + 2


@pytest.mark.parametrize("protocol", EVENTS)
def test_a_stream_without_end_is_kept_in_part_and_passed_on_in_full(build, protocol):
    provider = build(protocol)
    reader = provider.stream_reader(Question(model="m", streaming=True, wants_stream_usage=True))
    event = b"data: " + msgspec.json.encode(EVENTS[protocol]) + b"\n\n"
    times = 2 * LONGEST_KEPT // len(PIECE)

    relayed = sum(len(reader.feed(event)) for _ in range(times))
    answer = reader.outcome()

    assert relayed == times * len(event)
    assert len(answer.text) == LONGEST_KEPT
    assert answer.text_chars == times * len(PIECE)


def test_of_tool_calls_without_end_a_bounded_part_is_kept():
    called = Called()
    for number in range(2 * MOST_CALLS):
        called.begin(number, "look_up")
        called.add(number, "x" * 3000)
    found = called.calls()

    assert len(found) == MOST_CALLS
    assert sum(len(call.arguments) for call in found) == LONGEST_KEPT
    assert found[0].arguments == "x" * 3000


def test_pieces_of_arguments_take_the_place_of_what_was_given_first():
    called = Called()
    called.begin(0, "", "{}")
    called.begin(1, "whole", '{"a": 1}')
    called.begin(0, "late")
    called.add(0, '{"b":')
    called.add(0, " 2}")

    assert [(call.name, call.arguments) for call in called.calls()] == [
        ("late", '{"b": 2}'),
        ("whole", '{"a": 1}'),
    ]
