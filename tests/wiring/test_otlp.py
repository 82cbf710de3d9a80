"""The collector that the configuration names, with its secrets in place, is what the watch talks to."""

import subprocess
import sys

import pytest

from leadline.configuration.loading import BadConfiguration
from leadline.configuration.reading import read
from leadline.configuration.secrets import Secrets
from leadline.wiring.otlp import otlp_of
from leadline.wiring.soundness import mistakes, unset_secrets

WHOLE = """
otlp:
  endpoint: env:OTEL_EXPORTER_OTLP_ENDPOINT
  headers: {Authorization: env:TOKEN}
  export: [logs]
  resource: {deployment.environment.name: prod, service.name: gate}
  evidence: true
  compression: none
  every: 5s
  queue: 50
"""
FOUND = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "TOKEN": "Bearer s3cret"}


def configured(text):
    reading = read(text)
    assert reading.config is not None, [str(one) for one in mistakes(reading)]
    assert reading.config.otlp is not None
    return reading.config


def test_every_setting_arrives():
    otlp = otlp_of(configured(WHOLE).otlp, Secrets(FOUND))

    assert (otlp.endpoint, otlp.headers) == ("http://collector:4318", {"authorization": "Bearer s3cret"})
    assert (otlp.lanes, otlp.compress, otlp.every_s, otlp.queue) == (frozenset({"logs"}), False, 5.0, 50)
    assert otlp.source.evidence
    assert otlp.source.resource["deployment.environment.name"] == "prod"
    assert otlp.source.resource["service.name"] == "gate"
    assert "s3cret" not in repr(otlp)


def test_without_a_collector_nothing_of_it_is_loaded():
    """In a process of its own: other tests have loaded it here."""
    script = "import sys, leadline.wiring.watch; sys.exit('google.protobuf' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_variable_that_is_not_set_is_named():
    config = configured(WHOLE)

    assert len(unset_secrets(config, Secrets({}))) == 2
    with pytest.raises(BadConfiguration, match="OTEL_EXPORTER_OTLP_ENDPOINT is not set"):
        otlp_of(config.otlp, Secrets({}))


def test_an_endpoint_is_an_address():
    [mistake] = mistakes(read("otlp: {endpoint: collector:4318}"))
    assert "endpoint" in str(mistake)
    with pytest.raises(BadConfiguration, match="begins with http"):
        otlp_of(configured("otlp: {endpoint: env:E}").otlp, Secrets({"E": "collector:4317"}))


def test_a_header_is_a_reference():
    [mistake] = mistakes(read("otlp: {endpoint: 'http://c:4318', headers: {x: s3cret}}"))
    assert "s3cret" not in str(mistake)
