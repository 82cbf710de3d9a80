"""People decide about an incident by command line and API; the timeline and the pager hear of it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

from tests.flows.support import Traffic, completion, configuration, outage, until

from leadline.vocabulary import Query


def run(house, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "leadline", *arguments, "-c", str(house.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def call(house, method, path, body=None):
    key = (house.folder / "data" / "admin.key").read_text().strip()
    request = urllib.request.Request(  # noqa: S310 - loopback
        house.console + path,
        None if body is None else json.dumps(body).encode(),
        {"authorization": f"Bearer {key}", "content-type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_an_outage_is_acknowledged_silenced_and_resolved(open_house, upstreams, tmp_path):
    broken = upstreams(lambda _: outage())
    well = upstreams(lambda asked: completion("Fine.", asked) if "messages" in asked else (202, {}, b""))
    house = open_house(configuration(tmp_path, broken.url, well.url, well.url))

    def incident():
        return next((row for row in house.rows(Query.INCIDENTS) if row["key"] == "PROVIDER:first"), None)

    def heard():
        return [one["body"]["change"] for one in well.seen if one["path"] == "/hook"]

    with Traffic(lambda: house.ask("Hello")):
        until(incident, what="for the incident")
        name = incident()["incident_id"]
        until(lambda: "opened" in heard(), what="for the page")

        told = run(house, "ack", name, "--by", "ann", "--reason", "on it")
        assert told.stdout == f"{name} is acknowledged.\n", told.stderr
        assert run(house, "ack", name).stdout == f"{name} was acknowledged already.\n"
        until(lambda: "acknowledged" in heard(), what="for the pager to hear")

        status, made = call(
            house, "POST", "/api/silences", {"key": "PROVIDER:first", "until": 4e9, "by": "bob"}
        )
        assert status == 200
        sil = made["silence"]["silence_id"]
        assert sil in run(house, "silences").stdout

        status, done = call(house, "POST", f"/api/incidents/{name}/resolve", {"by": "bob"})
        assert (status, done) == (200, {"incident_id": name, "status": "resolved", "changed": True})
        until(lambda: "resolved" in heard(), what="for the pager to hear the end")

    _, detail = call(house, "GET", f"/api/incidents/{name}")
    decided = [(one["change"], one["by"], one["note"]) for one in detail["updates"] if one["by"]]
    assert decided == [("acknowledged", "ann", "on it"), ("resolved", "bob", "")]
    assert detail["incident"]["resolved_by"] == "bob"

    assert call(house, "DELETE", f"/api/silences/{sil}")[0] == 200
    assert run(house, "silences").stdout == "No silence.\n"
    assert call(house, "DELETE", f"/api/silences/{sil}")[0] == 409
    assert call(house, "POST", "/api/incidents/prv-x/resolve")[0] == 409
    assert call(house, "POST", "/api/silences", {"until": 4e9})[0] == 400

    house.close()
    late = run(house, "ack", name)
    assert late.returncode == 1
    assert "nothing has changed" in late.stderr
