"""docs/reference/errors.md, written from the rule books: `python -m leadline.wiring.published_errors`."""

import sys
from collections.abc import Iterable, Mapping

from leadline.providers import _anthropic_errors, _gemini_errors, _openai_errors
from leadline.providers._failures import BY_STATUS, LONGEST_WAIT_S, Rulebook, Ruling, by_status

_HEAD = f"""# Upstream errors

Written by `python -m leadline.wiring.published_errors > docs/reference/errors.md`; do not edit.

What an upstream's error means: its kind, whether the same target is asked again (within the retries of the \
route), and whether the next target is asked. The most telling signal wins: a phrase of the message where \
only the message tells, then a code or type of the body, then the HTTP status. An error inside a 200, whole \
or in a stream, is judged the same way, by the status that its words imply; without any it is an outage. \
An HTML page with 403, 404 or 405 comes from what stands before the API and is an outage.

- How long to wait: the longest of `retry-after` (seconds or an HTTP date), `retry-after-ms` and Google's \
`RetryInfo`, at most {LONGEST_WAIT_S / 3600:g} hours. On a 200 such a header means nothing. A wait longer \
than `longest_retry_after_s` is not waited for: the next target is asked.
- `x-should-retry: false` is obeyed. `true` allows a further try, but never of what is a matter of money.
- An answer that was billed and holds nothing (`quality.empty`) is an error, too: the next target is asked, \
or the only one once more. `empty_answers: pass` on a model gives it to the client.
- A quota that is used up for the day, a spend limit and an empty balance are `provider.quota`: never \
retried, and never called a rate limit.
- When no target answers, the client gets an error of its own protocol with `x-should-retry: false`, and \
with `retry-after` unless waiting is of no use (money, keys, models, the caller's own mistake).
"""
_OURS = """`quota_per_day` and `quota_without_retry` are words of ours: a violated quota whose name says \
PerDay, and a used-up quota without any `RetryInfo` or name.
"""
_BOOKS: Mapping[str, Rulebook] = {
    "OpenAI, and hosts that speak its protocols": _openai_errors.BOOK,
    "Anthropic": _anthropic_errors.BOOK,
    "Google": _gemini_errors.BOOK,
}
_STATUSES = (*sorted(BY_STATUS), 400, 413, 422, 500, 502, 503, 504, 520)


def page() -> str:
    """The whole page as Markdown."""
    statuses = sorted({*_STATUSES})
    parts = [_HEAD, "## By status\n", _table("HTTP status", [(str(s), by_status(s)) for s in statuses])]
    for name, book in _BOOKS.items():
        parts += [
            f"## {name}\n",
            _table("code or type", [(f"`{word}`", r) for word, r in book.words.items()]),
        ]
        if book is _gemini_errors.BOOK:
            parts.append(_OURS)
        parts.append(_table("phrase of the message", [(f'"{phrase}"', r) for phrase, r in book.phrases]))
        parts.append(_implied(book.status_of))
    return "\n".join(parts)


def _table(signal: str, rows: Iterable[tuple[str, Ruling]]) -> str:
    lines = [f"| {signal} | kind | retry | failover |", "|---|---|---|---|"]
    for said, ruling in rows:
        kind = ruling.kind or "none: the caller's own"
        lines.append(f"| {said} | {kind} | {_yes(ruling.retry_same)} | {_yes(ruling.fail_over)} |")
    return "\n".join([*lines, ""])


def _implied(status_of: Mapping[str, int]) -> str:
    lines = ["| word inside a 200 | stands for |", "|---|---|"]
    return "\n".join([*lines, *[f"| `{word}` | {status} |" for word, status in status_of.items()], ""])


def _yes(advised: bool) -> str:  # noqa: FBT001 - a private word
    return "yes" if advised else "no"


if __name__ == "__main__":
    sys.stdout.write(page())
