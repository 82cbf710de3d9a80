"""The commands speak in sentences, also when something is wrong."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app

SOUND = "providers: {a: {type: openai, api_key: env:HOME}}\nmodels: {chat: {targets: [{provider: a}]}}\n"


def run(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_check_says_that_a_file_is_sound(tmp_path):
    (tmp_path / "leadline.yaml").write_text(SOUND)

    result = run("check", str(tmp_path / "leadline.yaml"))

    assert result.exit_code == 0
    assert "is sound: 1 providers, 1 models, 0 keys." in result.output


def test_check_names_each_mistake_with_its_line(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text(SOUND + "gatway: {}\nkeys: [{alias: b, key: env:K, models: [caht]}]\n")

    result = run("check", str(path))

    assert result.exit_code == 1
    assert "line 3, gatway: there is no such setting here. Did you mean 'gateway'?" in result.output


def test_check_tells_what_is_not_on_this_machine_without_failing(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text("providers: {a: {type: openai, api_key: env:SURELY_NOT_SET_ANYWHERE}}")

    result = run("check", str(path))

    assert result.exit_code == 0
    assert "SURELY_NOT_SET_ANYWHERE is not set" in result.output


def test_check_speaks_json(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text("gatway: {}")

    [mistake] = json.loads(run("check", str(path), "--json").output)["mistakes"]

    assert mistake["line"] == 1
    assert mistake["path"] == "gatway"


def test_an_empty_file_is_sound_and_what_it_lacks_is_told(tmp_path):
    (tmp_path / "leadline.yaml").write_text("# nothing yet\n")

    result = run("check", str(tmp_path / "leadline.yaml"))

    assert result.exit_code == 0
    assert "Nothing can be asked of it yet" in result.output


def test_a_data_file_given_by_mistake_is_told_at_once(tmp_path):
    with (tmp_path / "dump.yaml").open("wb") as file:
        file.truncate(10**10)

    result = run("check", str(tmp_path / "dump.yaml"))

    assert result.exit_code == 2
    assert "larger than 2 MB" in result.output


def test_an_absent_file_is_told_with_the_next_step(tmp_path):
    result = run("check", str(tmp_path / "none.yaml"))

    assert result.exit_code == 2
    assert "leadline up --demo" in result.output


@pytest.mark.parametrize("command", ["incidents", "events", "requests"])
def test_nothing_recorded_yet_is_a_sentence(command, tmp_path):
    result = run(command, "--data-dir", str(tmp_path))

    assert result.exit_code == 1
    assert "nothing has been recorded" in result.output


def test_up_refuses_a_wrong_file_before_anything_starts(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text("modles: {}")

    result = run("up", "-c", str(path))

    assert result.exit_code == 2
    assert "Did you mean 'models'?" in result.output
    assert list(tmp_path.iterdir()) == [path]
