"""Tool policies that people activate at run time: sound or refused, audited, and taken back."""

import pytest

from leadline.configuration.decisions import DecisionsDamaged, read_rules
from leadline.control.books import RuleBook
from leadline.vocabulary import PolicyText

RULE = PolicyText(name="reading", text="permit(principal, action, resource);", by="ada", at=1.0)


def test_what_was_activated_is_there_after_a_start(tmp_path):
    path = tmp_path / "rules.json"
    RuleBook(path).put("reading", RULE, lambda: None)
    assert read_rules(path) == {"reading": RULE}
    book = RuleBook(path)
    book.put("reading", None, lambda: None)
    assert read_rules(path) == {}


def test_what_is_refused_leaves_all_as_it_was(tmp_path):
    book = RuleBook(tmp_path / "rules.json")

    def refuse():
        raise ValueError("unsound")

    with pytest.raises(ValueError, match="unsound"):
        book.put("reading", RULE, refuse)
    assert not book.entries
    assert read_rules(tmp_path / "rules.json") == {}


def test_a_damaged_file_is_told_and_not_taken_for_none(tmp_path):
    (tmp_path / "rules.json").write_text("{")
    with pytest.raises(DecisionsDamaged, match="mend it"):
        read_rules(tmp_path / "rules.json")
