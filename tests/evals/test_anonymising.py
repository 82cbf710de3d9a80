"""Rows become test cases without the people in them."""

import json
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.evals.anonymising import anonymised
from leadline.evals.rows import BadRow, read_rows

ROW = {
    "question": "Write to ada@analytical.org, not to bob@analytical.org.",
    "context": ["Ada's address is Ada@analytical.org; her card is 4111 1111 1111 1111."],
    "answer": {"to": "ada@analytical.org", "cards": {"4111111111111111": 4111111111111111}},
    "label": 1,
}


def test_a_value_has_one_placeholder_all_over_its_row():
    made = anonymised(ROW)

    assert made.row == {
        "question": "Write to [EMAIL_1], not to [EMAIL_2].",
        "context": ["Ada's address is [EMAIL_1]; her card is [CARD_1]."],
        "answer": {"to": "[EMAIL_1]", "cards": {"[CARD_1]": "[CARD_1]"}},
        "label": 1,
    }
    assert made.replaced == {"email": 4, "card": 3}


def test_columns_go_when_told_and_rows_with_offsets_stay_behind():
    assert anonymised({"user": "ada", "text": "hello"}, drop=["user"]).row == {"text": "hello"}

    left = anonymised({"text": "ada@analytical.org", "spans": [{"start": 0, "end": 18}]})
    assert left.row is None
    assert "spans" in left.why


def test_an_address_hidden_in_base64_goes_with_its_disguise():
    made = anonymised({"text": "as base64: ZGVhckBhbmFseXRpY2FsLm9yZw=="})

    assert made.row is not None
    assert "ZGVh" not in str(made.row["text"])


PEOPLE: dict[str, object] = {
    "question": "My name is Katharina Hoffmann, I live at Hauptstraße 12, 80331 München. Who am I?",
    "context": ["Dr. Katharina Hoffmann was born on 2/8/1975.", "Hoffmann asked twice."],
    "answer": {"name": "Katharina", "split": "dev"},
}


def test_with_the_guard_of_names_a_person_has_one_placeholder_by_whatever_part_of_the_name(names):
    made = anonymised(PEOPLE, of_values=[names])

    assert made.row == {
        "question": "My name is [PERSON_1], I live at [ADDRESS_1] [PLACE_1]. Who am I?",
        "context": ["[PERSON_1] was born on [BIRTH_DATE_1].", "[PERSON_1] asked twice."],
        "answer": {"name": "[PERSON_1]", "split": "dev"},
    }


def test_two_people_of_one_surname_are_two(names):
    made = anonymised({"text": "I am Anna Schmidt. My brother is Peter Schmidt."}, of_values=[names])

    assert made.row == {"text": "I am [PERSON_1]. My brother is [PERSON_2]."}


def test_the_command_looks_for_names_when_told(tmp_path, names):  # noqa: ARG001 - or it is skipped
    rows, out = tmp_path / "rows.jsonl", tmp_path / "golden.jsonl"
    rows.write_bytes(msgspec.json.encode(PEOPLE) + b"\n")

    done = CliRunner().invoke(app, ["anonymise", str(rows), "-o", str(out), "--names"])

    assert done.exit_code == 0
    assert "x person" in done.output
    assert "Hoffmann" not in out.read_text()


def test_names_without_their_model_are_refused_in_a_sentence(tmp_path, monkeypatch):
    from leadline.measures.personal_words import tagger  # noqa: PLC0415

    tagger.cache_clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(msgspec.json.encode(PEOPLE) + b"\n")

    done = CliRunner().invoke(app, ["anonymise", str(rows), "-o", str(tmp_path / "o.jsonl"), "--names"])

    assert done.exit_code == 1
    assert "leadline[names]" in done.output
    assert list(tmp_path.iterdir()) == [rows]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(row=st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON, max_size=3))
def test_what_was_written_is_anonymous(row):
    made = anonymised(row)

    assert made.row is None or anonymised(made.row).replaced == {}


def test_the_command_writes_a_new_file_and_says_what_it_did(tmp_path):
    rows, out = tmp_path / "rows.jsonl", tmp_path / "golden.jsonl"
    rows.write_text(json.dumps(ROW) + "\n\n" + json.dumps({"text": "x", "spans": []}) + "\n")

    done = CliRunner().invoke(app, ["anonymise", str(rows), "-o", str(out)])

    assert done.exit_code == 1
    assert "1 rows written" in done.output
    assert "4 x email" in done.output
    assert "Row 2 is left out" in done.output
    assert [row["label"] for row in read_rows(out)] == [1]
    again = CliRunner().invoke(app, ["anonymise", str(rows), "-o", str(out)])
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_a_bad_line_is_named_and_nothing_is_left_behind(tmp_path):
    rows, out = tmp_path / "rows.jsonl", tmp_path / "golden.jsonl"
    rows.write_bytes(msgspec.json.encode(ROW) + b"\n[1]\n")

    done = CliRunner().invoke(app, ["anonymise", str(rows), "-o", str(out)])

    assert done.exit_code == 2
    assert "line 2 is no JSON object" in done.output
    assert list(tmp_path.iterdir()) == [rows]
    with pytest.raises(BadRow):
        list(read_rows(rows))
