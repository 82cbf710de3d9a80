"""What stands before the colon of a line: the key of a record, or the subject of what follows."""

import re
from typing import NamedTuple

from leadline.checks.inline._labels import NOTHING, Words, label_words
from leadline.checks.inline._notes import without_note
from leadline.checks.inline._sentences import Sentence

_KEY = re.compile(r"^[ \t>*•#-]*+((?:[^:=|\n()]|\([^()\n]*\)){2,60}?)\**+\s*+[:=]\**+(?:\s++(?=\S)|$)")


class Key(NamedTuple):
    """What stands before the colon of a sentence: `text`, its words (`inner`), and those of a key above."""

    found: bool = False
    nested: bool = False
    text: str = ""
    inner: Words = NOTHING
    outer: Words = NOTHING


def key_in(text: str) -> re.Match[str] | None:
    return _KEY.match(text) if ":" in text or "=" in text else None


def key_of(sentence: Sentence) -> Key:
    key = key_in(sentence.text)
    if key is None:
        return Key()
    outer = label_words(without_note(key[1]))
    first = sentence.spoken_of[0].start - sentence.start if sentence.spoken_of else 0
    inner = _KEY.match(sentence.text[key.end() :])
    if inner is None or key.end() + inner.end(1) > first:
        return Key(found=True, text=key[1], inner=outer, outer=outer)
    return Key(found=True, nested=True, text=inner[1], inner=label_words(without_note(inner[1])), outer=outer)
