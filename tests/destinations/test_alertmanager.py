"""A real Alertmanager accepts, shows and resolves our alerts."""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request

import msgspec
import pytest
from tests.destinations.places import OPENED, body_of, build, told
from tests.watch.records import incident

from leadline.vocabulary import Change, IncidentStatus, Severity, SeverityStep

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
DEADLINE_S = 30
CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def asked(url):
    with contextlib.closing(urllib.request.urlopen(url, timeout=5)) as answer:  # noqa: S310 - our own address
        return json.loads(answer.read() or b"null")


def until(condition):
    end = time.monotonic() + DEADLINE_S
    while True:
        with contextlib.suppress(OSError, ValueError):
            found = condition()
            if found:
                return found
        assert time.monotonic() < end, "the deadline has passed"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory):
    if PROGRAM is None:
        pytest.skip("no Alertmanager here: install the package prometheus-alertmanager")
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "config.yml").write_text(CONFIG)
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                PROGRAM,
                f"--config.file={folder}/config.yml",
                f"--storage.path={folder}/data",
                f"--web.listen-address={address}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: asked(f"http://{address}/api/v2/status"))
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)


def story(incident_id):
    """Opened as MEDIUM, raised to HIGH, resolved, a moment ago."""
    now = time.time() - 2
    path = (
        SeverityStep(now - 20, Severity.MEDIUM, "classifier"),
        SeverityStep(now, Severity.HIGH, "escalation"),
    )
    medium = incident(incident_id, Severity.MEDIUM, at=now - 20, severity_path=path[:1])
    high = incident(incident_id, Severity.HIGH, at=now - 20, severity_path=path)
    over = msgspec.structs.replace(high, status=IncidentStatus.RESOLVED)

    def change(word, sequence, of, at):
        return msgspec.structs.replace(OPENED, change=word, sequence=sequence, incident=of, at=at)

    return (
        change(Change.OPENED, 1, medium, now - 20),
        change(Change.ESCALATED, 2, high, now),
        change(Change.RESOLVED, 3, over, now),
    )


def firing(url, incident_id):
    query = f"active=true&filter=incident_id%3D%22{incident_id}%22"
    alerts = asked(f"{url}/api/v2/alerts?{query}")
    return {alert["labels"]["severity"]: alert for alert in alerts}


async def test_an_incident_fires_and_says_all_that_it_knows(alertmanager):
    opened, _, _ = story("am-1")

    assert await told(build("alertmanager", url=alertmanager, labels={"team": "genai"}), opened) == [200]

    [alert] = (await asyncio.to_thread(until, lambda: firing(alertmanager, "am-1"))).values()
    assert alert["status"]["state"] in ("active", "unprocessed")
    assert alert["labels"] == {
        "alertname": "LeadlineIncident",
        "severity": "medium",
        "category": "provider",
        "scope": "openai",
        "incident_id": "am-1",
        "team": "genai",
    }
    notes = alert["annotations"]
    assert notes["runbook_url"] == "https://example.com/runbooks/provider.outage"
    assert json.loads(notes["causal_signals"])["http_status"] == 503
    assert json.loads(notes["system_state"])["affected_share"] == 0.4
    assert json.loads(notes["questions"]) == ["Is the provider's status page red?"]


async def test_an_escalation_ends_the_milder_alert_and_the_end_ends_all(alertmanager):
    opened, escalated, resolved = story("am-2")
    destination = build("alertmanager", url=alertmanager)

    await told(destination, opened)
    await asyncio.to_thread(until, lambda: set(firing(alertmanager, "am-2")) == {"medium"})
    await told(destination, escalated)
    await asyncio.to_thread(until, lambda: set(firing(alertmanager, "am-2")) == {"high"})
    await told(destination, resolved)
    await asyncio.to_thread(until, lambda: not firing(alertmanager, "am-2"))


def test_the_labels_of_an_incident_never_change_but_for_its_severity():
    first, second, last = (body_of(build("alertmanager"), change) for change in story("am-3"))

    assert [alert["labels"]["severity"] for alert in second] == ["medium", "high"]
    assert first[0]["labels"] == second[0]["labels"] == last[0]["labels"]
    assert second[1]["labels"] == last[1]["labels"]
    assert all(alert["endsAt"] >= alert["startsAt"] for alert in last)
