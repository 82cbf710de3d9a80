"""The page of faults says what happens, and nothing that happens there is a lie to the client."""

from pathlib import Path

import pytest
from tests.clients.fault_matrix import cells, measured
from tests.clients.fault_page import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fault-matrix.md"
AGAIN = "run `python -m tests.clients.fault_matrix > docs/reference/fault-matrix.md`"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    # Google's SDK derives from a class of aiohttp that does not like it
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),
    # an SDK that raises in the midst of a stream leaves its generator to the loop
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def matrix():
    """All of it; what differs from the page is measured once more, and without haste."""
    found = measured(cells())
    if page(found) != PAGE.read_text():
        lines = set(PAGE.read_text().splitlines())
        apart = {
            line.split(" | ")[0].removeprefix("| ") for line in page(found).splitlines() if line not in lines
        }
        found |= measured([cell for cell in found if cell.title in apart], at_once=1)
    return found


def test_the_page_is_what_happens(matrix):
    now, then = page(matrix).splitlines(), PAGE.read_text().splitlines()

    assert [line for line in now if line not in then] == [], AGAIN
    assert now == then, AGAIN


def test_no_sdk_takes_a_failure_for_an_answer(matrix):
    silent = {cell: one for cell, one in matrix.items() if one.saw != "answer" and "`" not in one.saw}

    assert not silent


def test_no_sdk_multiplies_our_retries(matrix):
    assert {one.requests for one in matrix.values()} == {1}


def test_each_failed_try_is_an_event_but_for_the_caller_s_own_fault(matrix):
    caller = {"400-the-caller-s-fault", "409", "413"}
    without = {cell.fault for cell, one in matrix.items() if one.saw != "answer" and not one.events}

    assert without == caller
