"""What is generated from the code stands in docs/reference as it is today."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from leadline.configuration.published import schema_text
from leadline.configuration.reading import read
from leadline.triage.rule_meanings import MEANINGS
from leadline.triage.rules import Rules
from leadline.wiring import published_rules, published_translation
from leadline.wiring.published_errors import page
from leadline.wiring.soundness import mistakes

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


def test_the_page_of_incident_rules_is_that_of_the_code():
    again = "run `python -m leadline.wiring.published_rules > docs/reference/rules.md`"
    assert (REFERENCE / "rules.md").read_text() == published_rules.page(), again


def test_every_number_of_the_rules_has_its_meaning_once():
    told = [name for rules in MEANINGS.values() for name in rules]
    assert sorted(told) == sorted(set(Rules.__struct_fields__) - {"time_scale"})


def test_what_the_page_of_rules_shows_is_a_sound_configuration():
    shown = published_rules.page().split("```yaml\n")[1].split("```")[0]
    assert not mistakes(read(shown))


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
