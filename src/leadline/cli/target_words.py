"""Targets of a route and whoever changed them, in words."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from leadline.vocabulary import TargetChoice


def in_words(targets: Sequence[TargetChoice]) -> str:
    """For example `openai/gpt-4o (9) + azure/gpt-4o (1), then anthropic/claude-haiku-4-5`."""
    told = ""
    before: TargetChoice | None = None
    for one in targets:
        shared = before is not None and _share(before) is not None and _share(before) == _share(one)
        weight = "" if one.weight is None else f" ({one.weight:g})"
        told += ("" if before is None else " + " if shared else ", then ") + one.name + weight
        before = one
    return told or "no target"


def whose(change: Mapping[str, Any]) -> str:
    """`change` has `by`, `at` (Unix seconds) and `reason`."""
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(change["at"]))
    because = f" ({change['reason']})" if change["reason"] else ""
    return f"set by {change['by']} at {when}{because}"


def _share(one: TargetChoice) -> int | None:
    return None if one.weight is None else one.priority
