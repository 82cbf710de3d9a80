"""Every kind has its sentence."""

import pytest

from leadline.control.sentences import incident_title
from leadline.vocabulary import FailureKind


@pytest.mark.parametrize("kind", FailureKind)
def test_every_kind_is_told_in_words(kind):
    title = incident_title({"key": "X:someone", "kinds": {kind.value: 1}})

    assert kind.value not in title
    assert "someone" in title or kind is FailureKind.PROVIDER_EGRESS


def test_the_most_frequent_kind_names_the_incident():
    kinds = {"provider.timeout": 3, "provider.outage": 40}

    assert incident_title({"key": "PROVIDER:openai", "kinds": kinds}) == "openai answers with server errors"


def test_a_kind_of_a_newer_version_is_shown_by_its_word():
    assert incident_title({"key": "DATA:x", "kinds": {"data.new": 1}}) == "x: data.new"
    assert incident_title({"key": "DATA:x", "kinds": {}}) == "DATA:x"


def test_what_follows_from_an_outage_does_not_name_the_incident():
    kinds = {"provider.short_circuited": 86, "provider.outage": 12}

    assert incident_title({"key": "PROVIDER:openai", "kinds": kinds}) == "openai answers with server errors"
