"""The measured fault matrix as a page of Markdown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.clients.faults import FAULTS, GROUPS, LIMIT_S, Fault

ALONE, SAME, OTHER = "alone", "same", "other"
ROUTES = (ALONE, SAME, OTHER)
SDK_NAMES = {"openai": "openai", "anthropic": "anthropic", "gemini": "google-genai"}
_HEAD = """\
# Fault matrix

Written by `python -m tests.clients.fault_matrix > docs/reference/fault-matrix.md`; do not edit. It runs a
real gateway before upstreams that fail in each of these ways, asks it through the real SDKs and writes down
what came of it; a test does so again and compares.

How to read it:

- The three columns of SDKs say what the program behind each SDK got: `answer` is the whole text with its end,
  an exception has its HTTP status, and `text, then` an exception means that part of a stream had come.
- *client asks*: how many requests the SDK made, with its own retries at their default. *tries*: how often the
  gateway asked the upstream for one of them, with `retries: 1`.
- *events*: the failures that are written for the request, one for each try that failed; a fault of the caller
  is none.
- *waits*: whether the call lasted for {limit:g} s or longer. That is the limit of connecting, of the first
  byte and of a silence inside an answer here, and what `retry-after: 2` asks for.
- *with a fallback*: the same call where a healthy target comes second, of the same protocol and of another;
  "as alone" means that it changes nothing, since the answer had begun or nobody else could help.
- Async clients are measured where there is no fallback; {differing}
- Breakers are off here, or the first faults would keep the others from being asked.
"""
_COLUMNS = (
    *("fault", "asked", *SDK_NAMES.values()),
    *("client asks", "tries", "events", "waits", "with a fallback"),
)


@dataclass(frozen=True)
class Cell:
    """One call of the SDK `sdk` with `fault` upstream. `how` is sync or async."""

    fault: str
    sdk: str
    streaming: bool
    route: str = ALONE
    how: str = "sync"

    @property
    def title(self) -> str:
        return FAULTS[self.fault].name


@dataclass(frozen=True)
class Found:
    """What came of it. `saw` is what the program behind the SDK sees; `requests` how often its SDK asked;
    `tries` how often the gateway did; `events` the kinds written; `waited` = past one of the limits.
    """

    saw: str
    requests: int
    tries: int
    events: tuple[str, ...]
    waited: bool
    cause: str = ""


Matrix = Mapping[Cell, Found]


def page(found: Matrix) -> str:
    lines = [_HEAD.format(limit=LIMIT_S, differing=_differing(found))]
    for group, faults in GROUPS.items():
        lines += [f"## {group}", "", _line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
        lines += [_line(_row(found, fault, streaming)) for fault in faults for streaming in fault.modes]
        lines.append("")
    return "\n".join(lines)


def _row(found: Matrix, fault: Fault, streaming: bool) -> list[str]:  # noqa: FBT001 - a private word
    alone = {sdk: found[Cell(fault.slug, sdk, streaming)] for sdk in SDK_NAMES}
    return [
        fault.name,
        "stream" if streaming else "whole",
        *[one.saw for one in alone.values()],
        _merged({sdk: str(one.requests) for sdk, one in alone.items()}),
        _merged({sdk: str(one.tries) for sdk, one in alone.items()}),
        _merged({sdk: _counted(one.events) for sdk, one in alone.items()}),
        _merged({sdk: "yes" if one.waited else "no" for sdk, one in alone.items()}),
        _with_fallback(found, fault.slug, streaming),
    ]


def _with_fallback(found: Matrix, slug: str, streaming: bool) -> str:  # noqa: FBT001 - the same
    told = {}
    for route in (SAME, OTHER):
        each = {}
        for sdk in SDK_NAMES:
            alone, other = (found[Cell(slug, sdk, streaming, one)] for one in (ALONE, route))
            as_alone = other.saw == alone.saw and not other.cause.startswith("(fallback")
            each[sdk] = "as alone" if as_alone else " ".join(filter(None, (other.saw, other.cause)))
        told[route] = _merged(each)
    return told[SAME] if told[SAME] == told[OTHER] else f"same: {told[SAME]}; other: {told[OTHER]}"


def _merged(each: Mapping[str, str]) -> str:
    """One word where the SDKs agree, else each with its name."""
    if len(set(each.values())) == 1:
        return next(iter(each.values()))
    return "; ".join(f"{SDK_NAMES[sdk]}: {word}" for sdk, word in each.items())


def _counted(events: tuple[str, ...]) -> str:
    counted = Counter(events).items()
    return ", ".join(f"{kind} x{times}" if times > 1 else kind for kind, times in counted) or "none"


def _differing(found: Matrix) -> str:
    """A sentence about the calls that an async client sees otherwise."""
    apart = {
        f"{cell.fault} ({SDK_NAMES[cell.sdk]}: {one.saw})"
        for cell, one in found.items()
        if cell.how == "async" and one != found[Cell(cell.fault, cell.sdk, cell.streaming, cell.route)]
    }
    return f"they differ in {', '.join(sorted(apart))}." if apart else "they see the same everywhere."


def _line(words: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(words)} |"
