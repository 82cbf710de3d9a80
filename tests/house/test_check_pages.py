"""Each check's page states what it is worth, and docs/checks.md is what the checks say of themselves."""

from pathlib import Path

import pytest

from leadline.evals.check_list import known_checks, page
from leadline.evals.check_pages import pages
from leadline.evals.subjects import GUARDS

GUARD_NAMES = [one.name for one in known_checks(try_them=False) if one.kind == "guard"]


def test_the_page_of_checks_is_written_from_them():
    written = (Path(__file__).parents[2] / "docs/checks.md").read_text(encoding="utf-8")

    assert written == pages(), "python -m leadline.evals.check_pages > docs/checks.md"


@pytest.mark.parametrize("name", GUARD_NAMES)
def test_a_guard_says_what_it_does_not_see_and_what_it_costs_or_that_it_cannot_work(name):
    said = page(GUARDS, name)

    assert ("Blind spots:" in said and "Cost:" in said) or "not available" in said
