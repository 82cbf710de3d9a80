"""`leadline audit` tells who did what, from both chains, and says when one was tampered with."""

import json
import sqlite3

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.storage.audit_book import AuditBook
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Deed


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def deed(at, action, **more):
    return Deed(at=at, by="ann", account="ops", via="cli", action=action, **more)


@pytest.fixture
def folder(tmp_path):
    store = SQLiteIncidents.open(tmp_path / "incidents.db")
    store.note(deed(100.0, "acknowledge", subject="prv-1", note="on it"))
    store.note(deed(300.0, "resolve", subject="prv-9", outcome="there is no open incident 'prv-9'."))
    store.close()
    book = AuditBook.open(tmp_path / "control.db")
    book.note(deed(200.0, "reload", subject="plan 2"))
    book.close()
    return tmp_path


def test_both_chains_are_one_list_newest_first(folder):
    rows = json.loads(run("audit", "--data-dir", folder, "--json").output)

    assert [(row["chain"], row["action"]) for row in rows] == [
        ("watch", "resolve"),
        ("control", "reload"),
        ("watch", "acknowledge"),
    ]
    assert all(row["sound"] for row in rows)


def test_a_line_says_who_did_what_and_what_came_of_it(folder):
    result = run("audit", "--data-dir", folder)
    lines = result.output.splitlines()

    assert result.exit_code == 0
    assert lines[0].endswith("ann (ops) by cli  resolve prv-9  [there is no open incident 'prv-9'.]")
    assert lines[2].endswith("acknowledge prv-1  on it")


def test_a_row_that_was_altered_is_named(folder):
    connection = sqlite3.connect(folder / "incidents.db")
    with connection:
        connection.execute("delete from audit where number = 1")
    connection.close()

    result = run("audit", "--data-dir", folder)

    assert result.exit_code == 1
    assert "The record was altered at watch 2" in result.output
