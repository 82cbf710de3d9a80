"""Every recorded request, asked in the two protocols it did not come in."""

import re

import pytest
from tests.translation.conftest import MODELS, others, protocol_of, surface_of

from leadline.providers import ClientRequest
from leadline.translation import Direction, NotPortable, Translated, translate_request

NAME = re.compile(r"[A-Za-z0-9_.?-]{1,64}|\.\.\.")


@pytest.fixture(scope="module")
def portable(recorded):
    """Each recorded request with what it was asked as: the row, the direction and the translation."""
    found = []
    for row in recorded:
        for upstream in others(protocol_of(row)):
            direction = Direction(protocol_of(row), upstream)
            told = translate_request(
                row.request.body, direction, MODELS[upstream], streaming=bool(row.row["streaming"])
            )
            found.append((row, direction, told))
    return found


def _question(direction, told):
    request = ClientRequest(method="POST", path=told.path, query=told.query, headers={}, body=told.body)
    return surface_of(direction.upstream).read_question(request)


def test_each_is_translated_or_refused_with_a_reason(portable):
    refused = [told for _, _, told in portable if isinstance(told, NotPortable)]

    assert len(portable) > 1700
    assert len(refused) < 0.3 * len(portable)
    assert all(told.reason for told in refused)


def test_the_upstreams_own_reader_reads_the_same_question(portable):
    for row, direction, told in portable:
        if isinstance(told, NotPortable):
            continue
        asked = surface_of(direction.client).read_question(row.request)
        read = _question(direction, told)

        assert read.streaming == asked.streaming
        assert read.model == MODELS[direction.upstream]
        assert set(read.prompt.split()) >= set(asked.prompt.split()), row.id
        if not any(name.endswith("position") for name in told.dropped):
            assert read.system.split() == asked.system.split(), row.id
        else:
            assert sorted(read.system.split()) == sorted(asked.system.split()), row.id
        assert set(read.tool_names) <= set(asked.tool_names) or not asked.tool_names
        assert read.user in ("", asked.user)


def test_a_schema_of_the_answer_is_carried_over(portable):
    carried = 0
    for row, direction, told in portable:
        if isinstance(told, NotPortable):
            continue
        asked = surface_of(direction.client).read_question(row.request)
        if asked.schema_json is None:
            continue
        assert _question(direction, told).schema_json, row.id
        carried += 1
    assert carried > 50


def test_what_is_dropped_has_names_that_fit_a_header(portable):
    names = {name for _, _, told in portable if isinstance(told, Translated) for name in told.dropped}

    assert {"thinking", "safetySettings", "contents.parts.thoughtSignature"} <= names
    assert all(NAME.fullmatch(name) for name in names)


def test_translating_twice_gives_the_same_bytes(portable):
    for row, direction, told in portable:
        again = translate_request(
            row.request.body, direction, MODELS[direction.upstream], streaming=bool(row.row["streaming"])
        )
        assert again == told


def test_there_and_back_again_asks_the_same(portable):
    """A client's question that went to another protocol and back reads as it did."""
    compared = 0
    for row, direction, told in portable:
        if isinstance(told, NotPortable):
            continue
        back = Direction(direction.upstream, direction.client)
        returned = translate_request(
            told.body, back, MODELS[direction.client], streaming=bool(row.row["streaming"])
        )
        if isinstance(returned, NotPortable):
            continue
        question = _question(back, returned)
        assert question.prompt == _question(direction, told).prompt
        assert question.system == _question(direction, told).system
        compared += 1
    assert compared > 1300
