"""From the configuration to destinations that may be told, and when."""

from zoneinfo import ZoneInfo

import pytest

from leadline.configuration.loading import BadConfiguration
from leadline.configuration.reading import read
from leadline.configuration.secrets import Secrets
from leadline.destinations import Place
from leadline.vocabulary import FailureCategory, Severity
from leadline.watch.telling import When
from leadline.wiring.destinations import destinations_of, routes_of


def config_of(text):
    config = read(text).config
    assert config is not None
    return config


def test_a_secret_is_put_in_place_wherever_its_reference_stands():
    config = config_of("destinations: {a: {type: webhook, url: 'https://x.example', headers: {k: env:A}}}")

    built = destinations_of(config, Secrets({"A": "s3cret"}))

    assert getattr(built["a"], "headers", None) == {"k": "s3cret"}
    assert "s3cret" not in repr(built)


def test_links_are_those_of_the_house_unless_a_destination_has_its_own():
    config = config_of("""
links: {console_url: 'https://ops.example/leadline', docs_url: 'https://docs.example'}
destinations:
  a: {type: webhook, url: 'https://x.example'}
  b: {type: webhook, url: 'https://x.example', console_url: 'https://b.example'}
""")

    built = destinations_of(config, Secrets({}))

    assert {
        name: (one.console_url, one.docs_url) for name, one in built.items() if isinstance(one, Place)
    } == {
        "a": ("https://ops.example/leadline", "https://docs.example"),
        "b": ("https://b.example", "https://docs.example"),
    }


def test_an_absent_secret_is_told_with_its_destination():
    config = config_of("destinations: {on-call: {type: pagerduty, routing_key: env:NOT_SET}}")

    with pytest.raises(BadConfiguration, match=r"destinations\.on-call: .*NOT_SET is not set"):
        destinations_of(config, Secrets({}))


def test_a_route_is_read_whole():
    text = """
routing:
  on-call:
    - {categories: [cost], at_least: medium, features: [search]}
    - {hours: "22:00-06:00", days: [fri-mon, wed], timezone: Europe/Berlin}
"""
    first, second = routes_of(config_of(text))["on-call"]

    assert first == When(
        categories=frozenset({FailureCategory.COST}),
        at_least=Severity.MEDIUM,
        features=frozenset({"search"}),
    )
    assert second == When(hours=(1320, 360), days=frozenset({4, 5, 6, 0, 2}), zone=ZoneInfo("Europe/Berlin"))
