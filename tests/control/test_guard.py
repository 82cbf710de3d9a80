"""Host, origin and identity are checked before any route runs."""

import pytest

PROTECTED = ["/api/incidents", "/api/plan", "/api/openapi.json", "/-/reload", "/api/no-such-route"]


@pytest.mark.parametrize("path", PROTECTED)
async def test_without_a_key_the_api_tells_how_to_get_in(control, path):
    async with control.client() as client:
        reply = await client.get(path)

    assert reply.status_code == 401
    assert reply.json()["error"]["code"] == "not_signed_in"
    assert not control.watch.asked


@pytest.mark.parametrize(
    "offered", ["Bearer wrong", "Bearer", "Basic abc", "Bearer \xff", "bearer ll-admin-"]
)
async def test_a_wrong_key_opens_nothing(control, offered):
    async with control.client(headers={"authorization": offered.encode("latin-1")}) as client:
        assert (await client.get("/api/incidents")).status_code == 401


async def test_a_rebound_name_is_refused_even_with_the_key(control):
    async with control.signed_in() as client:
        reply = await client.get("/api/incidents", headers={"host": "evil.example:80"})

    assert reply.status_code == 421
    assert "evil.example" in reply.json()["error"]["message"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "[::1]:8601", "console.example.test"])
async def test_our_own_names_are_answered(control, host):
    async with control.signed_in() as client:
        assert (await client.get("/api/about", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_foreign_page_cannot_change_state(control, headers):
    async with control.signed_in() as client:
        reply = await client.post("/-/reload", headers=headers)

    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "foreign_origin"
    assert control.parts.plans.current() is None


async def test_our_own_page_and_a_script_may_change_state(control):
    async with control.signed_in() as client:
        from_page = await client.post("/-/reload", headers={"origin": control.address})
        from_script = await client.post("/-/reload")

    assert from_page.status_code == 200
    assert from_script.status_code == 200


async def test_a_page_sends_people_to_the_sign_in_and_back(control):
    async with control.client() as client:
        reply = await client.get("/incidents?status=open")

    assert reply.status_code == 303
    assert reply.headers["location"] == "/login?next=%2Fincidents%3Fstatus%3Dopen"


async def test_a_link_from_a_chat_gets_a_second_chance_to_bring_its_strict_cookie(control):
    async with control.client(headers={"sec-fetch-site": "cross-site"}) as client:
        reply = await client.get("/incidents/inc-1")

    assert reply.status_code == 200
    assert 'http-equiv="refresh"' in reply.text


async def test_answers_forbid_frames_sniffing_and_foreign_sources(control):
    async with control.client() as client:
        headers = (await client.get("/login")).headers

    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
