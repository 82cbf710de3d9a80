"""The gateway says what it serves, to anyone who asks."""

import html

from leadline.gateway.app import OURS
from leadline.gateway.openapi import document
from leadline.wiring.providers import surfaces


async def test_the_document_is_served_without_a_key(start):
    gateway = await start()

    reply = await gateway.http.get("/openapi.json", headers={"authorization": ""})

    assert reply.status_code == 200
    assert reply.json()["openapi"].startswith("3.1")


def test_each_surface_and_each_path_of_ours_is_in_it():
    paths = document(surfaces(), OURS, "1")["paths"]

    assert isinstance(paths, dict)
    told = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert {surface.endpoint for surface in surfaces()} | set(OURS) <= told
    assert {f"POST {path}" for surface in surfaces() for path in surface.paths} <= told
    assert "POST /v1beta/models/{model}:streamGenerateContent" in told


def test_names_of_operations_are_unique():
    paths = document(surfaces(), OURS, "1")["paths"]

    assert isinstance(paths, dict)
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_a_body_names_the_fields_that_it_needs():
    for surface in surfaces():
        paths = document([surface], (), "1")["paths"]
        assert isinstance(paths, dict)
        for methods in paths.values():
            schema = methods["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert schema["required"], surface.protocol


async def test_people_read_the_same_as_a_page_without_a_script(start):
    gateway = await start()

    reply = await gateway.http.get("/docs", headers={"authorization": ""})

    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    text = html.unescape(reply.text)
    for endpoint in (*(surface.endpoint for surface in surfaces()), *OURS):
        assert endpoint.partition(" ")[2] in text
    assert "<script" not in reply.text
    assert "://" not in reply.text, "nothing comes from elsewhere"
