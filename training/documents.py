"""Harmless documents of many kinds in our own words, and orders put into them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from training.grammar import Speaker, classes, words

_FOLDER = Path(__file__).parent
KINDS = classes(_FOLDER / "harmless_documents.txt")
ORDERS = classes(_FOLDER / "orders.txt")
DIRECT_ATTACKS = classes(_FOLDER / "direct_attacks.txt")
REQUESTS = classes(_FOLDER / "harmless_requests.txt")
WORDS = words(_FOLDER / "words.txt")
LANGUAGES = frozenset({"de", "fr", "es", "zh", "ru"})
_ONE_SUBJECT = ("x", "y", "name", "lib", "v")
_SHORTEST, _LONGEST = 2, 24


def written(of_each: int) -> Iterator[tuple[str, str]]:
    """(kind, document): lines of one kind, about one subject, in any order and several layouts."""
    for kind, lines in KINDS.items():
        for number in range(of_each):
            chance = random.Random(f"{kind}:{number}")  # noqa: S311 - chance, not secrecy
            speaker = Speaker(WORDS, f"{kind}:{number}", _ONE_SUBJECT)
            many = min(len(lines), chance.randint(_SHORTEST, _LONGEST))
            said = [speaker.say(line) for line in chance.sample(lines, many)]
            yield kind, _laid_out(said, kind, chance)


def _laid_out(said: Sequence[str], kind: str, chance: random.Random) -> str:
    gap = " " if kind in {"encyclopedia", "news", "email", "review"} and chance.random() < 0.5 else "\n"
    match chance.randrange(5 if kind not in LANGUAGES else 3):
        case 0:
            return f"{gap}{gap}".join(said)
        case 1:
            return gap.join(f"{number}. {one}" for number, one in enumerate(said, 1))
        case 2:
            return "\n".join(f"- {one}" for one in said)
        case 3:
            return "\n\n".join(
                f"passage {number}:{' '.join(said[at : at + 3])}"
                for number, at in enumerate(range(0, len(said), 3), 1)
            )
        case _:
            return "\n".join(said)


def placed(document: str, order: str, chance: random.Random) -> tuple[str, int]:
    """The document with the order before, between or behind its lines or sentences, and where it begins."""
    ends = [at + 1 for at, letter in enumerate(document) if letter == "\n"]
    ends += [at + 2 for at in range(len(document) - 2) if document[at : at + 2] in {". ", "? ", "! "}]
    at = chance.choice([0, len(document), *ends])
    line = chance.random() < 0.7 or at == len(document)
    before, after = ("\n", "\n") if line else ("", " ")
    if at == 0 or document[at - 1] == "\n":
        before = ""
    return f"{document[:at]}{before}{order}{after}{document[at:]}", at + len(before)


def orders(of_each: int, kept: Mapping[str, Sequence[str]] = ORDERS) -> Iterator[tuple[str, str, str]]:
    """(class, form, sentence) by the forms of `orders.txt`, or other ones."""
    for name, forms in kept.items():
        for form in forms:
            speaker = Speaker(WORDS, form)
            for said in dict.fromkeys(speaker.say(form) for _ in range(of_each)):
                yield name, form, said
