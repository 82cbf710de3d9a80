"""`leadline check` looks into the files that checks and tool policies name."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.configuration.reading import read
from leadline.wiring.file_soundness import file_mistakes

TABLE = "name,sku,price\nSummit Tent,ST-1,249\n"


def told(folder, text):
    path = folder / "leadline.yaml"
    path.write_text(text)
    return [str(one) for one in file_mistakes(read(text), str(path))]


def catalogue(folder, **settings):
    written = {"file": "products.csv"} | settings
    return told(folder, f"deep_checks:\n  - type: catalogue\n    settings: {json.dumps(written)}\n")


def test_a_table_beside_the_configuration_is_found(tmp_path):
    (tmp_path / "products.csv").write_text(TABLE)

    assert catalogue(tmp_path, ids=["sku"]) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("products.csv", None, "cannot be read (No such file or directory); put a CSV or JSON table there."),
        ("products.csv", b"", "has no rows"),
        ("products.csv", b"name,price\n", "has no rows"),
        ("products.csv", b"\xff\xfe\x00", "codec can't decode"),
        ("products.csv", b"name;price\nA;1\n", "has no column 'name'; it has name;price."),
        ("products.csv", b"name,price\n" + b"x" * 200_000, "field larger than field limit"),
        ("products.json", b'{"name": "A"}', "it must be a JSON list of objects"),
        ("products.json", b"[1", "Expecting"),
        ("products.json", b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_table_that_is_missing_or_malformed_is_told_with_its_line(tmp_path, name, content, sentence):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    [first, *_] = catalogue(tmp_path, file=name)

    assert first.startswith("line 3, deep_checks[0].settings.")
    assert sentence in first


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "products.csv").mkdir()

    [line] = catalogue(tmp_path)

    assert "Is a directory" in line


def test_each_column_that_the_table_lacks_is_told(tmp_path):
    (tmp_path / "products.csv").write_text(TABLE)

    assert [line.partition(": ")[0] for line in catalogue(tmp_path, ids=["ean"], figures=["weight"])] == [
        "line 3, deep_checks[0].settings.ids",
        "line 3, deep_checks[0].settings.figures",
    ]


def test_wrong_settings_are_left_to_the_place_where_they_are_told(tmp_path):
    assert catalogue(tmp_path, fiel="x") == []


def test_each_file_of_a_tool_policy_has_its_own_line(tmp_path):
    text = "tool_policy:\n  policies:\n    - a.cedar\n    - b.cedar\n  tools: [t.json]\n"
    (tmp_path / "a.cedar").write_text("")

    lines = told(tmp_path, text)

    assert [line.split(":")[0] for line in lines] == [
        "line 4, tool_policy.policies[1]",
        "line 5, tool_policy.tools[0]",
    ]
    assert "b.cedar cannot be read" in lines[0]


def test_the_command_ends_with_a_mistake(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text("deep_checks: [{type: catalogue, settings: {file: gone.csv}}]\n")

    result = CliRunner().invoke(app, ["check", str(path)])

    assert result.exit_code == 1
    assert "gone.csv cannot be read" in result.output
