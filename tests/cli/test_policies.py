"""`leadline policy`: faults with their lines, decisions with their reasons."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.control.books import RuleBook
from leadline.vocabulary import DataLayout, PolicyText

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "refund",
            "parameters": {"properties": {"amount": {"type": "integer"}}, "required": ["amount"]},
        },
    }
]
POLICY = """@id("small") @description("up to 100")
permit(principal in Feature::"support", action == Action::"refund", resource)
when { context.input.amount <= 100 };
"""


def run(*arguments):
    result = CliRunner().invoke(app, ["policy", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def config(tmp_path):
    (tmp_path / "p.cedar").write_text(POLICY)
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))
    path = tmp_path / "leadline.yaml"
    path.write_text(f"data_dir: {tmp_path}/data\ntool_policy: {{policies: [p.cedar], tools: [tools.json]}}\n")
    return str(path)


def test_sound_policies_are_said_to_be(config):
    result = run("check", "-c", config)
    assert (result.exit_code, result.output) == (0, "1 policies are sound: small.\n")


def test_a_fault_is_told_with_its_line(config, tmp_path):
    (tmp_path / "p.cedar").write_text("\n" + POLICY.replace("amount", "amont"))
    result = run("check", "-c", config)
    assert result.exit_code == 1
    assert result.output.startswith("p.cedar, line 2, small: attribute `input.amont`")
    assert CliRunner().invoke(app, ["check", config]).exit_code == 1


def test_files_are_looked_at_without_a_configuration(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.cedar").write_text(POLICY)
    result = run("check", "p.cedar")
    assert result.exit_code == 0
    assert "Only their form was checked" in result.output


def test_a_decision_is_explained(config):
    given = ("--tool", "refund", "-c", config)
    fine = run("explain", *given, "--args", '{"amount": 7}', "--who", "feature=support")
    assert (fine.exit_code, fine.output) == (
        0,
        "refund is permitted by small: policy small permits it: up to 100.\n",
    )
    large = run("explain", *given, "--args", '{"amount": 700}', "--who", "feature=support", "--json")
    assert large.exit_code == 1
    assert json.loads(large.output)["why"] == "no policy permits it"


def test_what_is_not_configured_is_said(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text("version: 1\n")
    assert "has no `tool_policy:`" in run("explain", "--tool", "t", "-c", str(path)).output
    assert "names no model for drafts" in run("compile", "no", "--name", "n", "-c", str(path)).output


@pytest.mark.parametrize("out", [("--name", "p"), ("--name", "other", "--out", "./p.cedar")])
def test_a_draft_is_not_written_over_a_policy_in_force(config, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)

    result = run("compile", "Anybody may refund anything.", *out, "-c", config)

    assert result.exit_code == 1
    assert "p.cedar is in force" in result.output
    assert (tmp_path / "p.cedar").read_text() == POLICY


@pytest.mark.parametrize("name", ["p", "p.cedar"])
def test_what_people_activate_stands_in_the_place_of_the_file_of_its_name(config, tmp_path, name):
    path = Path(DataLayout(str(tmp_path / "data")).tool_rules)
    path.parent.mkdir(parents=True)
    stricter = PolicyText(name=name, text=POLICY.replace("100", "50"), by="ann", at=1.0)
    RuleBook(path).put(name, stricter, lambda: None)

    call = ("--tool", "refund", "--args", '{"amount": 70}', "--who", "feature=support")
    result = run("explain", *call, "-c", config)

    assert (result.exit_code, "no policy permits it" in result.output) == (1, True)
