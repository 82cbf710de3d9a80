"""Keys open what they were given, and nothing tells a stranger which keys exist."""

from urllib.parse import quote

import pytest
from tests.gateway.conftest import hashed

from leadline.gateway.admission import AdmittedKey, find_key, refuse_model
from leadline.vocabulary import ClientError, KeyGrant, Origin

ROUTES = frozenset({"chat", "claude"})
ALICE = AdmittedKey.of(hashed("lk-a"), KeyGrant(alias="alice"), ROUTES)
KEYS = {hashed("lk-a"): ALICE}


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": "Bearer lk-a"}, ""),
        ({"authorization": "bearer lk-a"}, ""),
        ({"authorization": "Bearer unused", "x-api-key": "lk-a"}, ""),
        ({"api-key": "lk-a"}, ""),
        ({"x-goog-api-key": "lk-a"}, ""),
        ({}, "alt=sse&key=lk%2Da"),
    ],
)
def test_a_key_is_found_wherever_an_sdk_puts_it(headers, query):
    assert find_key(KEYS, headers, query) is ALICE


def test_a_key_beyond_ascii_is_the_same_in_a_header_and_in_the_query():
    key = "schlüssel-ключ"
    keys = {hashed(key): ALICE}

    assert find_key(keys, {"x-api-key": key.encode().decode("latin-1")}, "") is ALICE
    assert find_key(keys, {}, f"key={quote(key)}") is ALICE


@pytest.mark.parametrize(
    ("headers", "query", "code"),
    [
        ({}, "", "key_missing"),
        ({"authorization": "Basic bGstYQ=="}, "", "key_missing"),
        ({"authorization": "Bearer "}, "monkey=1", "key_missing"),
        ({"authorization": "Bearer lk-b"}, "", "key_unknown"),
        ({"x-api-key": hashed("lk-a")}, "", "key_unknown"),
        ({"x-api-key": "\udcff"}, "", "key_unknown"),
    ],
)
def test_anything_else_is_401(headers, query, code):
    refusal = find_key(KEYS, headers, query)

    assert isinstance(refusal, ClientError)
    assert (refusal.status, refusal.code) == (401, code)


def test_a_key_s_rights_say_whose_traffic_it_is():
    probe = AdmittedKey.of("h", KeyGrant(alias="p", rights=("probe",)), ROUTES)

    assert probe.origin is Origin.PROBE
    assert ALICE.origin is Origin.USER


def test_a_name_of_megabytes_costs_nothing_and_is_not_echoed():
    refusal = refuse_model("c" * 1_000_000, ALICE, ())

    assert refusal.status == 404
    assert len(refusal.message) < 300


def test_a_key_without_models_is_told_so():
    nothing = AdmittedKey.of("h", KeyGrant(alias="n", models=()), ROUTES)

    assert "may use no model" in refuse_model("chat", nothing, ("POST /v1/chat/completions",)).message
