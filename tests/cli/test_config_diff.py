"""`leadline config diff`: everything that people decided at run time stands against the file."""

import json
import time
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.vocabulary import BreakerHold, DataLayout, PolicyText

SOUND = "providers: {a: {type: openai, api_key: env:HOME}}\nmodels: {chat: {targets: [{provider: a}]}}\n"
RULE = '@id("none")\nforbid(principal, action, resource);\n'


@pytest.fixture
def house(tmp_path):
    (tmp_path / "leadline.yaml").write_text(SOUND + f"data_dir: {tmp_path}/data\n")
    (tmp_path / "data").mkdir()
    return tmp_path


def diff(house, *more):
    return CliRunner().invoke(app, ["config", "diff", "-c", str(house / "leadline.yaml"), *more])


def keep(path, **rows):
    Path(path).write_bytes(msgspec.json.encode(rows))


def test_nothing_changed_is_said(house):
    assert diff(house).output == "Nothing was changed at run time; the file holds.\n"


def test_a_held_breaker_and_an_activated_policy_stand_against_the_file(house):
    layout = DataLayout(str(house / "data"))
    hold = BreakerHold(target="a/chat", by="ada", at=time.time(), reason="bill")
    rule = PolicyText(name="refunds", text=RULE, by="bob", at=time.time(), reason="case 7")
    keep(layout.breaker_holds, **{"a/chat": hold})
    keep(layout.tool_rules, refunds=rule)

    told = diff(house).output

    assert "breaker of a/chat\n  - left to itself\n  + held open\n    set by ada at " in told
    assert 'tool policy refunds\n  + @id("none")\n  + forbid(principal, action, resource);\n' in told
    assert "(case 7)" in told
    assert [row["by"] for row in json.loads(diff(house, "--json").output)] == ["ada", "bob"]


def test_a_damaged_book_is_named(house):
    Path(DataLayout(str(house / "data")).breaker_holds).write_text("{")

    result = diff(house)

    assert result.exit_code == 1
    assert "breaker_holds.json holds the breakers that people hold and is damaged" in result.output
