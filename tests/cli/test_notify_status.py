"""`leadline notify status`: what was not told can be seen, with the watch dead too."""

import json

from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, update
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.storage import DeliveryResult
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import DataLayout


def status(folder, *more):
    result = CliRunner().invoke(app, ["notify", "status", "--data-dir", str(folder), *more])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_change_that_was_given_up_is_shown_with_its_reason(tmp_path):
    incidents = SQLiteIncidents.open(tmp_path / "incidents.db")
    assert DataLayout(str(tmp_path)).incidents == str(tmp_path / "incidents.db")
    incidents.commit(tick(updates=[update()], told=[update()], destinations=("on-call", "tickets")))
    (entry,) = incidents.due("on-call", NOON)
    refused = DeliveryResult(state="failed", at=NOON, tries=1, error="answered 401; look at its settings")
    incidents.mark(entry, refused)
    incidents.close()

    told = status(tmp_path)
    (first, _) = json.loads(status(tmp_path, "--json"))

    assert "on-call: 0 delivered, 0 pending, 1 failed" in told
    assert "failed: prv-1 opened, 1 tries, answered 401; look at its settings" in told
    assert "pending: prv-1 opened, 0 tries, not tried yet" in told
    assert first["destination"] == "on-call"
