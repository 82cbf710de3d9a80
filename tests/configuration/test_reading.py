"""Every mistake is told with its line and its cure."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.configuration.reading import read

SOUND = """
providers:
  openai: {type: openai, api_key: env:OPENAI_API_KEY}
models:
  gpt-4o-mini:
    targets: [{provider: openai}]
    timeouts: {first_byte: 1500ms, total: 2m}
keys:
  - {alias: app, key: file:/run/secrets/app, class: revenue}
gateway: {max_body: 5MB}
"""


def told(text):
    return [str(mistake) for mistake in read(textwrap.dedent(text)).mistakes]


def test_a_sound_file_becomes_a_config():
    config = read(SOUND).config

    assert config is not None
    assert config.gateway.max_body == 5_000_000
    assert config.models["gpt-4o-mini"].timeouts.first_byte == 1.5
    assert config.keys[0].traffic_class == "revenue"


def test_an_empty_file_is_the_defaults():
    assert read("").config is not None


def test_all_mistakes_are_told_at_once_in_order_of_line():
    lines = told(
        """\
        providers:
          openai: {type: openai, api_key: env:A, regio: eu}
        gatway: {}
        gateway: {workers: many, max_body: 3x}
        """
    )

    assert lines == [
        "line 2, providers.openai.regio: there is no such setting here. Did you mean 'region'?",
        "line 3, gatway: there is no such setting here. Did you mean 'gateway'?",
        "line 4, gateway.max_body: this is not a size; write it like 512KB, 20MB or 1GB.",
        "line 4, gateway.workers: input should be a valid integer.",
    ]


def test_a_misspelt_required_setting_is_recognised():
    [unknown, missing] = told("providers:\n  a: {typ: openai, api_key: env:A}")

    assert "Did you mean 'type'?" in unknown
    assert missing.endswith("this is missing and has no default. Is 'typ' meant to be it?")


def test_a_secret_written_out_is_refused_and_not_repeated():
    [line] = told("providers: {a: {type: openai, api_key: sk-very-secret}}")

    assert "env:NAME or file:PATH" in line
    assert "sk-very-secret" not in line


def test_a_setting_that_stands_twice_is_told():
    [line] = told("gateway: {workers: 1}\ngateway: {workers: 2}")

    assert line == "line 2, gateway: 'gateway' stands twice, first on line 1; keep one of them"


@pytest.mark.parametrize("text", ["a: [", "a: 'x\nb: c", "\t- x", "{{{", "? [a]: b", "a: [" * 2000])
def test_what_is_not_yaml_has_a_line(text):
    assert told(text)[0].startswith("line ")


@pytest.mark.parametrize("text", ["a: &x [*x]", "? [a, b]\n: c", "a: &x {b: 1}\nc: [*x, *x]"])
def test_odd_yaml_is_told_like_any_mistake(text):
    assert told(text)


@given(st.text(max_size=200))
def test_no_text_crashes_it(text):
    reading = read(text)

    assert (reading.config is None) == bool(reading.mistakes)
