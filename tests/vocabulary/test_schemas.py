"""One sample of every version is kept and still decodes; what a later version wrote is kept as it is.

A new version adds its own samples: `python -m tests.vocabulary.test_schemas` writes those of today.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.watch.records import NOON, event, incident, observation

from leadline.vocabulary import (
    SCHEMA_VERSION,
    CausalSignals,
    FailureCategory,
    FailureEvent,
    FailureKind,
    Heartbeat,
    Incident,
    NewerEvent,
    Observation,
    ProviderIdentifier,
    Severity,
)
from leadline.vocabulary.failure_event import decode_event, encode_event
from leadline.vocabulary.spool import SPOOL_SCHEMA, Frame, FrameEnd, decode, encode, frames

SAMPLES = Path(__file__).parent / "samples"
INCIDENT_VERSION = incident().schema_version
VERSIONS = {"failure_event": SCHEMA_VERSION, "spool": SPOOL_SCHEMA, "incident": INCIDENT_VERSION}
HEARTBEAT = Heartbeat(host="h", worker=0, pid=1, at=NOON, requests=7)


def samples(kind):
    return sorted(SAMPLES.glob(f"{kind}_v*"))


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_sample_of_every_version_is_kept(kind):
    kept = {int(path.stem.rpartition("_v")[2]) for path in samples(kind)}

    assert kept == set(range(1, VERSIONS[kind] + 1))


@pytest.mark.parametrize("path", samples("failure_event"), ids=lambda path: path.name)
def test_an_event_of_each_version_still_decodes(path):
    found = decode_event(path.read_bytes())

    assert isinstance(found, FailureEvent)
    assert (found.category, found.severity) == (FailureCategory.PROVIDER, Severity.HIGH)
    assert (found.provider.provider, found.provider.model) == ("openai", "gpt-4o")
    assert (found.key, found.causal_signals.http_status) == ("PROVIDER:openai", 503)


@pytest.mark.parametrize("path", samples("incident"), ids=lambda path: path.name)
def test_an_incident_of_each_version_still_decodes(path):
    found = msgspec.json.decode(path.read_bytes(), type=Incident)

    assert (found.incident_id, found.count, found.severity) == ("prv-1", 12, Severity.HIGH)
    assert found.samples[0].kind is FailureKind.PROVIDER_OUTAGE


@pytest.mark.parametrize("path", samples("spool"), ids=lambda path: path.name)
def test_a_spool_of_each_version_still_decodes(path):
    *whole, end = frames(path.read_bytes())
    first, second = (decode(frame) for frame in whole if isinstance(frame, Frame))

    assert end is FrameEnd.CLEAN
    assert isinstance(first, Observation)
    assert isinstance(second, Heartbeat)
    assert first.exchange.request_id == "r1"
    assert first.exchange.attempts[0].target.provider == "openai"
    assert [signal.check for signal in first.signals] == ["entities"]
    assert second.requests == 7


def test_an_event_of_a_newer_version_is_kept_raw():
    unheard_of = {"schema_version": SCHEMA_VERSION + 1, "kind": "provider.unheard_of"}
    body = msgspec.json.encode(msgspec.to_builtins(event("e1")) | unheard_of)

    assert decode_event(body) == NewerEvent(SCHEMA_VERSION + 1, NOON, body)


def test_what_was_encoded_decodes():
    assert decode_event(encode_event(event("e1"))) == event("e1")


ESSENTIAL: dict[str, Any] = {
    "event_id": "e1",
    "request_id": "r1",
    "at": NOON,
    "kind": FailureKind.QUALITY_FORMAT,
    "severity": Severity.LOW,
    "provider": ProviderIdentifier(provider="openai", model="gpt-4o"),
    "key": "QUALITY:openai/gpt-4o",
    "causal_signals": CausalSignals(),
}


@pytest.mark.parametrize("name", ["severity", "provider", "kind", "key"])
def test_an_event_cannot_be_made_without_its_essentials(name):
    with pytest.raises(TypeError):
        FailureEvent(**{key: value for key, value in ESSENTIAL.items() if key != name})


@pytest.mark.parametrize("name", ["severity", "provider"])
def test_nothing_is_no_severity_and_no_provider(name):
    with pytest.raises(TypeError, match="needs a severity and a provider"):
        FailureEvent(**(ESSENTIAL | {name: None}))


@pytest.mark.parametrize("kind", FailureKind)
def test_an_event_belongs_to_an_incident_of_its_own_category(kind):
    for category in FailureCategory:
        given = ESSENTIAL | {"kind": kind, "key": f"{category.value.upper()}:x"}
        if category is kind.category:
            assert FailureEvent(**given).category is category
        else:
            with pytest.raises(ValueError, match="cannot belong to"):
                FailureEvent(**given)


def test_a_provider_identifier_names_its_provider():
    with pytest.raises(ValueError, match="needs the name of its provider"):
        ProviderIdentifier(provider="", model="m")


def write_samples():
    SAMPLES.mkdir(exist_ok=True)
    (SAMPLES / f"failure_event_v{SCHEMA_VERSION}.json").write_bytes(encode_event(event("e1")))
    (SAMPLES / f"incident_v{INCIDENT_VERSION}.json").write_bytes(msgspec.json.encode(incident()))
    seen = observation("r1", checks=[("entities", True)])
    (SAMPLES / f"spool_v{SPOOL_SCHEMA}.spool").write_bytes(encode(seen) + encode(HEARTBEAT))


if __name__ == "__main__":
    write_samples()
