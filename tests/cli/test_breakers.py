"""What `leadline breakers` shows."""

import io

from rich.console import Console

from leadline.cli.breakers import breakers_table

NOW = 1_795_000_000.0
OPEN = {
    "provider": "openai",
    "model": "gpt-4o",
    "region": "global",
    "key_alias": "main",
    "breaker": "open",
    "since": NOW - 42,
    "cause": "provider.outage",
    "held": False,
    "remaining_requests": 9310.0,
    "remaining_tokens": None,
    "exhausted_in_s": 31.4,
}


def shown(*rows, width=160):
    printed = io.StringIO()
    Console(file=printed, width=width).print(breakers_table(rows, NOW))
    return printed.getvalue()


def test_an_open_target_says_since_when_and_why():
    [_, line] = shown(OPEN).splitlines()
    assert line.split() == [
        *("openai/gpt-4o/global/main", "open", "42s", "provider.outage", "9,310", "31", "s"),
    ]


def test_a_closed_one_does_not_blame_what_is_over():
    assert "outage" not in shown({**OPEN, "breaker": "closed"})


def test_a_target_that_waits_for_its_rate_limit_says_so():
    assert "closed, held" in shown({**OPEN, "breaker": "closed", "held": True})


def test_the_state_stays_in_a_narrow_terminal():
    assert "open" in shown(OPEN, width=50).splitlines()[1].split()
