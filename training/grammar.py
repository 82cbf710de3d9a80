"""Sentences by the hundred from short forms with slots: our own words, the same on every machine."""

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_SLOT = re.compile(r"\{([A-Za-z_]+?)(2?)\}")
_DEEPEST = 4


def classes(file: Path) -> dict[str, list[str]]:
    """The lines of a text file under their headings (`## name`)."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            lines = found.setdefault(line[3:], [])
        elif line:
            lines.append(line)
    return found


def words(file: Path) -> dict[str, tuple[str, ...]]:
    """What may stand in each slot: one line of choices for each."""
    return {name: tuple(lines[0].split(" | ")) for name, lines in classes(file).items()}


class Speaker:
    """Fills slots by chance; `fixed` ones keep their word, so that sentences of a document go together."""

    def __init__(self, choices: Mapping[str, Sequence[str]], seed: str, fixed: Sequence[str] = ()) -> None:
        self._choices = choices
        self._random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self._fixed: dict[str, str] = {}
        for name in fixed:
            self._fixed[name] = self._random.choice(choices[name])
            self._fixed[f"{name}2"] = self._random.choice(choices[name])

    def say(self, form: str, depth: int = 0) -> str:
        return _SLOT.sub(lambda slot: self._word(slot, depth), form)

    def _word(self, slot: re.Match[str], depth: int) -> str:
        name, second = slot.groups()
        if name == "n":
            return str(self._random.randint(2, 29))
        low = name[0].lower() + name[1:]
        chosen = self._fixed.get(low + second) or self._random.choice(self._choices[low])
        said = self.say(chosen, depth + 1) if depth < _DEEPEST else chosen
        return said[:1].upper() + said[1:] if name != low else said
