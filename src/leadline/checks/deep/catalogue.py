"""What the answer says of known things is what the catalogue says."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar

import msgspec

from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found, ReadFile, Unavailable
from leadline.checks.deep._table import Mention, Names, Record, amounts, currency_of, first_number, read_table
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "catalogue"
_REACH_CHARS = 200
_BREAK = re.compile(r"\n\s*\n|\n(?=\s*[-*•\d])")
_SAME = 0.005
_SHOWN = 3
_SHOWN_COLUMNS = 20


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the answer gives a known product another price, figure or id than
    your table does. `score` is the share of the compared facts that are right.

    `file` is a CSV with a head or a JSON list of objects: one row for each thing. After each mention of a
    thing, up to the next one, the end of the paragraph or 200 characters, sums of money are compared with its
    `money` columns (any of them may be meant, such as price and sale price), ids of the same pattern with its
    `ids` columns, and figures that follow the name of a `figures` column with that one. Money is compared in
    the currency of the column `currency`, where the table has one. The file is read once, at the start;
    `leadline check` says what is wrong with it.

    Measured on 300 made sentences in four phrasings and two number formats: every wrong price found, none
    falsely flagged (`tests/checks/deep/test_catalogue.py` repeats it).

    Blind spots: a fact before its thing's name, a table of the answer whose columns are apart from the name,
    totals of several pieces (a false flag), prices in words, figures with neither a currency nor a word such
    as "costs" before them, a thing under a name that the table lacks.

    Attributes:
        file: path of the table, beside `leadline.yaml` where it is no absolute one.
        names: columns that name a thing.
        money: columns that hold sums of money.
        ids: columns whose values have the shape of an id.
        figures: columns of other figures; their names must stand in the answer.
        currency: column with the currency, as a code, sign or name.
    """

    by_default: ClassVar[bool] = False
    slow: ClassVar[bool] = False

    file: str
    names: tuple[str, ...] = ("name",)
    money: tuple[str, ...] = ("price",)
    ids: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    currency: str = "currency"

    def start(self, tools: DeepTools) -> DeepCheck:
        for _, fault in self.faults(tools.read_file):
            raise Unavailable(fault)
        return _Comparing(self, read_table(tools.read_file(self.file), self.file))

    def faults(self, read_file: ReadFile) -> Iterator[tuple[str, str]]:
        try:
            table = read_table(read_file(self.file), self.file)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            yield (
                "file",
                f"the catalogue {self.file} cannot be read ({reason}); put a CSV or JSON table there.",
            )
            return
        if not table:
            yield "file", f"the catalogue {self.file} has no rows; name each thing in one."
            return
        if not self.names or not (self.money or self.ids or self.figures):
            setting = "money" if self.names else "names"
            yield setting, "nothing would be compared; name a column of `names` and one of what they have."
        known = list(table[0])
        for setting in ("names", "money", "ids", "figures"):
            for name in getattr(self, setting):
                if name not in table[0]:
                    known_ones = ", ".join(known[:_SHOWN_COLUMNS])
                    yield setting, f"the catalogue {self.file} has no column {name!r}; it has {known_ones}."


class _Comparing:
    def __init__(self, settings: Catalogue, table: Sequence[Record]) -> None:
        self._settings = settings
        self._names = Names(table, settings.names)
        self._shapes = {
            column: {_shape(record[column]) for record in table if record[column]} for column in settings.ids
        }

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        text = exam.observation.text
        if exam.told_later or text is None or not text.answer:
            return ()
        compared, wrong = 0, []
        mentions = list(self._names.mentions(text.answer))
        for mention, after in zip_longest(mentions, mentions[1:]):
            for said, known in self._facts(mention.record, _segment(text.answer, mention, after)):
                compared += 1
                if known:
                    wrong.append(f"{said} instead of {known}")
        if not compared:
            return (Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE),)
        if not wrong:
            return (Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0),)
        return (
            Signal(
                check=_CHECK,
                verdict=Verdict.FAIL,
                kind=FailureKind.QUALITY_HALLUCINATION,
                score=1 - len(wrong) / compared,
                evidence=f"not as in the catalogue: {', '.join(wrong[:_SHOWN])}"[:200],
            ),
        )

    def _facts(self, record: Record, segment: str) -> Iterator[tuple[str, str]]:
        """(what is said, what the table says): the latter is empty where both agree."""
        settings = self._settings
        prices = [number for column in settings.money if (number := first_number(record[column]))]
        unit = currency_of(record.get(settings.currency, ""))
        if prices:
            for said, value, currency in amounts(segment):
                right = any(abs(value - known) <= _SAME for _, known in prices)
                right = right and (not unit or currency in (unit, ""))
                yield said, "" if right else f"{prices[0][0]} {unit}".strip()
        for column in settings.ids:
            for word in re.findall(r"[\w-]+", segment):
                if record[column] and _shape(word) in self._shapes[column]:
                    yield word, "" if word.lower() == record[column].lower() else record[column]
        for column in settings.figures:
            yield from _figure(column, record[column], segment)


def _figure(column: str, known: str, segment: str) -> Iterator[tuple[str, str]]:
    """The figure behind the column's name."""
    words = re.escape(column).replace("_", "[ _-]")
    match = re.search(rf"\b{words}\b(.{{0,40}})", segment, re.IGNORECASE | re.DOTALL)
    said, right = first_number(match[1]) if match else None, first_number(known)
    if said is not None and right is not None:
        yield said[0], "" if abs(said[1] - right[1]) <= _SAME else right[0]


def _segment(answer: str, mention: Mention, after: Mention | None) -> str:
    """Up to the next thing, the end of the paragraph or of the reach; the same thing again begins anew."""
    end = min(len(answer), mention.end + _REACH_CHARS, after.start if after else len(answer))
    return _BREAK.split(answer[mention.end : end], maxsplit=1)[0]


def _shape(word: str) -> str:
    """Ids of one kind differ in letters and digits only: AB-1234 and CD-5678 are both `aa-0000`."""
    if not any(letter.isdigit() for letter in word):
        return word
    return re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", word))


PLUG: type[DeepPlug] = Catalogue
