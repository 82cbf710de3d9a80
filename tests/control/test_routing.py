"""Routes are swapped by people who may, and stay swapped."""

import pytest

from leadline.configuration.decisions import DecisionsDamaged
from leadline.control.books import RouteBook
from leadline.vocabulary import RouteOverride, TargetChoice

FILE = {"chat": (TargetChoice(provider="openai", model="gpt-4o"),)}
OTHER = RouteOverride(
    alias="chat", targets=(TargetChoice(provider="azure", model="gpt-4o"),), by="ada", at=1.0
)


def accepted():
    return "published"


def refused():
    raise ValueError("there is no provider 'azure'")


def test_a_change_holds_over_a_restart_until_it_is_taken_back(tmp_path):
    path = tmp_path / "routes.json"
    RouteBook(path, lambda: FILE).put("chat", OTHER, accepted)

    book = RouteBook(path, lambda: FILE)
    assert book.in_force("chat") == OTHER.targets
    book.put("chat", None, accepted)
    assert RouteBook(path, lambda: FILE).in_force("chat") == FILE["chat"]


def test_a_change_that_is_refused_leaves_no_trace(tmp_path):
    book = RouteBook(tmp_path / "routes.json", lambda: FILE)

    with pytest.raises(ValueError, match="azure"):
        book.put("chat", OTHER, refused)

    assert book.in_force("chat") == FILE["chat"]
    assert not RouteBook(tmp_path / "routes.json", lambda: FILE).entries


def test_a_change_waits_for_its_alias(tmp_path):
    book = RouteBook(tmp_path / "routes.json", dict)
    book.put("chat", OTHER, accepted)

    assert book.in_force("chat") is None


def test_a_damaged_file_is_told_and_not_forgotten(tmp_path):
    path = tmp_path / "routes.json"
    path.write_text("{")

    with pytest.raises(DecisionsDamaged, match="delete it"):
        RouteBook(path, lambda: FILE)


async def test_a_route_is_swapped_shown_and_reset(control):
    async with control.signed_in() as client:
        body = {"targets": [{"provider": "azure", "model": "m", "weight": 3}], "by": "ada", "reason": "slow"}
        done = await client.put("/api/routes/gpt-4o", json=body)
        shown = (await client.get("/api/routes")).json()["routes"]
        back = await client.delete("/api/routes/gpt-4o?by=bob")
        after = (await client.get("/api/routes")).json()["routes"]

    assert done.status_code == 200, done.text
    assert done.json()["targets"] == [{"provider": "azure", "model": "m", "weight": 3.0, "priority": 0}]
    assert (shown[0]["override"]["by"], shown[0]["override"]["reason"]) == ("ada", "slow")
    assert shown[0]["configured"][0]["provider"] == "openai"
    assert back.status_code == 200
    assert after[0]["override"] is None
    reset, changed = control.parts.audit.newest(10)
    assert (changed["action"], changed["by"], changed["subject"]) == ("route_set", "ada", "gpt-4o")
    assert changed["details"].startswith("from openai/gpt-4o to azure/m")
    assert (reset["action"], reset["by"]) == ("route_reset", "bob")


@pytest.mark.parametrize(
    ("path", "targets", "status", "words"),
    [
        ("nope", [{"provider": "a", "model": "m"}], 404, "there is gpt-4o"),
        ("gpt-4o", [], 400, "targets"),
        ("gpt-4o", [{"provider": "a", "model": "m"}] * 2, 400, "twice"),
        ("gpt-4o", [{"provider": "a", "model": "m", "weigth": 1}], 400, "weigth"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(control, path, targets, status, words):
    async with control.signed_in() as client:
        told = await client.put(f"/api/routes/{path}", json={"targets": targets})

    assert told.status_code == status
    assert words in told.json()["error"]["message"]


async def test_only_an_administrator_swaps_a_route(control):
    async with control.client() as client:
        told = await client.put("/api/routes/gpt-4o", json={"targets": [{"provider": "a", "model": "m"}]})

    assert told.status_code == 401
    assert not control.parts.routes.entries
