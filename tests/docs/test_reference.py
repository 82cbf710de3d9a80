"""What is generated from the code stands in docs/reference as it is today."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from leadline.configuration.published import schema_text
from leadline.wiring import published_translation
from leadline.wiring.published_errors import page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
AGAIN = "run `leadline check --schema > docs/reference/leadline.schema.json`"


def test_the_published_schema_is_that_of_the_code():
    assert (REFERENCE / "leadline.schema.json").read_text() == schema_text(), AGAIN


def test_the_page_of_upstream_errors_is_that_of_the_code():
    again = "run `python -m leadline.wiring.published_errors > docs/reference/errors.md`"
    assert (REFERENCE / "errors.md").read_text() == page(), again


def test_the_page_of_calls_across_protocols_is_that_of_the_code():
    again = "run `python -m leadline.wiring.published_translation > docs/reference/translation.md`"
    assert (REFERENCE / "translation.md").read_text() == published_translation.page(), again


@pytest.mark.parametrize(
    ("document", "sound"),
    [
        ({"providers": {"a": {"type": "openai", "api_key": "env:A"}}}, True),
        (
            {"gateway": {"max_body": "5MB"}, "keys": [{"alias": "a", "key": "env:K", "class": "revenue"}]},
            True,
        ),
        ({"gatway": {}}, False),
        ({"providers": {"a": {"type": "openai", "api_key": "sk-secret"}}}, False),
        ({"gateway": {"max_body": "lots"}}, False),
    ],
)
def test_an_editor_with_the_schema_sees_what_check_sees(document, sound):
    assert jsonschema_rs.is_valid(json.loads(schema_text()), document) is sound
