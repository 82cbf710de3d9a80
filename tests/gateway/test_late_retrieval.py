"""What was retrieved for a request may be told after it: it goes to the watch, within limits."""

import pytest
import uuid_utils
from tests.gateway.conftest import KEY

from leadline.gateway.late_retrieval import MOST_CHUNKS, MOST_DIMENSIONS
from leadline.vocabulary import RetrievalNote, RetrievedChunk

HEADERS = {"authorization": f"Bearer {KEY}"}
CHUNK = {"text": "Refunds take thirty days.", "id": "kb-7", "score": 0.8, "vector": [0.5, 0.5]}


def path(request_id=None):
    return f"/v1/requests/{request_id or uuid_utils.uuid7()}/retrieval"


async def test_chunks_go_to_the_watch_under_the_tenant_of_the_key(start):
    gateway = await start()
    where = path()
    reply = await gateway.http.post(
        where, headers=HEADERS, json={"retrieval": {"index": "kb", "n": 1}, "chunks": [CHUNK]}
    )
    [note] = [one for one in gateway.spool.offered if isinstance(one, RetrievalNote)]

    assert reply.status_code == 202
    assert reply.json() == {"request_id": note.request_id, "chunks": 1}
    assert note.request_id in where
    assert note.tenant == "acme"
    assert note.chunks == (
        RetrievedChunk(text="Refunds take thirty days.", id="kb-7", score=0.8, vector=(0.5, 0.5)),
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"chunks": [{}] * (MOST_CHUNKS + 1)}, 400),
        ({"chunks": [{"vector": [0.1] * (MOST_DIMENSIONS + 1)}]}, 400),
        ({"chunks": [{"text": "x" * 300_000}]}, 400),
        ({"chunks": [{"text": "x" * 1_100_000}]}, 413),
        ({"chunk": []}, 400),
        ([], 400),
        ({"retrieval": {"n": -1}}, 400),
        ({"retrieval": {"size": 2**64}}, 400),
        ({"retrieval": {"score": 7.5}}, 400),
        ({"retrieval": {"index": "a\0b"}}, 400),
        ({"retrieval": {"index": "k" * 5000}}, 400),
        ({"chunks": [{"id": "k" * 5000}]}, 400),
    ],
)
async def test_what_is_too_large_or_unreadable_is_refused_and_not_recorded(start, body, status):
    gateway = await start()
    reply = await gateway.http.post(path(), headers=HEADERS, json=body)

    assert reply.status_code == status
    assert not [one for one in gateway.spool.offered if isinstance(one, RetrievalNote)]


@pytest.mark.parametrize("sent", [b'{"chunks": [{"text": "\xff\xfe"}]}', b"[" * 100_000, b""])
async def test_a_body_that_is_no_json_is_the_caller_s_mistake(start, sent):
    gateway = await start()

    assert (await gateway.http.post(path(), headers=HEADERS, content=sent)).status_code == 400


@pytest.mark.parametrize("request_id", ["r1", "0190163d-8694-739b-aea5-966c26f8ad91"])
async def test_an_id_that_is_not_ours_or_too_old_is_unknown(start, request_id):
    gateway = await start()

    assert (await gateway.http.post(path(request_id), headers=HEADERS, json={})).status_code == 404


async def test_without_a_key_nothing_is_taken(start):
    gateway = await start()

    assert (await gateway.http.post(path(), json={"chunks": [CHUNK]})).status_code == 401
