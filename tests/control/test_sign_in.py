"""Signing in by form: a Strict cookie for the right key, patience for wrong ones."""

import pytest

from leadline.control.sessions import COOKIE


async def test_the_right_key_gives_a_strict_cookie_that_opens_the_api(control):
    async with control.client() as client:
        reply = await client.post("/login", data={"key": f" {control.key} ", "next": "/requests?flagged=1"})
        cookie = reply.headers["set-cookie"]
        opened = await client.get("/api/incidents")

    assert (reply.status_code, reply.headers["location"]) == (303, "/requests?flagged=1")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=43200" in cookie
    assert control.key not in cookie
    assert opened.status_code == 200


async def test_a_session_ends_by_its_time_and_by_signing_out(control):
    async with control.client() as client:
        await client.post("/login", data={"key": control.key})
        control.time += 12 * 3600 + 1
        assert (await client.get("/api/incidents")).status_code == 401

        await client.post("/login", data={"key": control.key})
        await client.post("/logout")
        assert COOKIE not in client.cookies


@pytest.mark.parametrize("key", ["", "wrong", "ll-admin-" + "A" * 43, "x" * 100_000])
async def test_a_wrong_key_stays_outside(control, key):
    async with control.client() as client:
        reply = await client.post("/login", data={"key": key})

    assert reply.status_code == 401
    assert "not the admin key" in reply.text
    assert "set-cookie" not in reply.headers


async def test_wrong_keys_are_slowed_down_and_the_right_one_waits_too(control):
    async with control.client() as client:
        for _ in range(5):
            await client.post("/login", data={"key": "wrong"})
        refused = await client.post("/login", data={"key": control.key})
        control.time += 61
        accepted = await client.post("/login", data={"key": control.key})

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert accepted.status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
async def test_signing_in_never_leads_away(control, target):
    async with control.client() as client:
        reply = await client.post("/login", data={"key": control.key, "next": target})

    assert reply.headers["location"] == "/incidents"


async def test_the_form_shows_what_it_was_given_as_text(control):
    async with control.client() as client:
        reply = await client.get("/login", params={"next": '/"><script>alert(1)</script>'})

    assert "<script>alert" not in reply.text


async def test_who_is_signed_in_already_goes_on(control):
    async with control.client() as client:
        await client.post("/login", data={"key": control.key})
        assert (await client.get("/login?next=/requests")).headers["location"] == "/requests"
