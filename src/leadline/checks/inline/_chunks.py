"""The lines that open the retrieved passages of a prompt, and what each says alone: whose report it is."""

import re
from collections.abc import Sequence

from leadline.checks.inline._labels import Words, label_words

_OPENS = re.compile(
    r"\s*(?:\[[^\]\n]{3,}\]$|<[a-z]+ [^<>\n]+>$|\[\d{1,2}\] |[=-]{3,} ?\S.*[=-]{3,}$"
    r"|(?:passage|document|chunk|source|excerpt|quelle|dokument|extrait|fuente)\b[^.\n]{0,16}[:|(\u2013\u2014-])",
    re.IGNORECASE,
)
_LONGEST = 144


def opens_a_chunk(line: str) -> bool:
    return len(line) <= _LONGEST and _OPENS.match(line) is not None and not line.rstrip().endswith(".")


def told_apart(lines: Sequence[str]) -> dict[str, Words]:
    """The words of each opening line that not all of them have; none of a single one."""
    found = {line: label_words(line) for line in lines if opens_a_chunk(line)}
    if len(found) <= 1:
        return {}
    common = frozenset.intersection(*found.values())
    return {
        line: frozenset([one for one in words - common if one[0] != "#"]) for line, words in found.items()
    }
