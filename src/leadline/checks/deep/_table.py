"""A user's table of known things, read from CSV or JSON, and the figures and ids that a text gives them."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:[-'\u2019.][^\W_]+)*")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "zł": "PLN"}
_CODES = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|KRW|BRL|MXN|ZAR|SGD|HKD"
_WORDS = "dollars?|euros?|pounds?|rupees?|francs?|zł"
_NAMES = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "rupee": "INR", "franc": "CHF"}
_FIGURE = r"(\d[\d.,]*\d|\d)"
_MONEY = re.compile(
    rf"(?:([$€£¥₹₩])\s?|\b({_CODES})\s?){_FIGURE}|{_FIGURE}\s?(?:([$€£¥₹₩])|({_CODES}|{_WORDS})\b)",
    re.IGNORECASE,
)
_PRICED = "costs?|costing|price[ds]?(?: at| is| of|:)?|sells for|kostet|kosten|cuesta|coûte|costa|custa|kost"
_SAID = re.compile(
    rf"\b(?:{_PRICED})\s+(?:(?:only|just|now|nur|solo|seulement)\s+)?{_FIGURE}(.{{0,12}})", re.IGNORECASE
)
_OTHER_UNIT = re.compile(
    r"\s?(?:%|°|[a-zµ]{1,2}\b|(?:percent|times|more|less|cents?|points?"
    r"|seconds?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(_FIGURE)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")

Record = Mapping[str, str]


class Mention(NamedTuple):
    """`start` and `end` bound the name in the text."""

    record: Record
    start: int
    end: int


def read_table(text: str, name: str) -> list[Record]:
    """Rows of a CSV with a head, or objects of a JSON list; all have the columns of any of them. Raises
    ValueError with what is wrong.
    """
    text = text.removeprefix("\ufeff")
    rows = _objects(text) if name.lower().endswith(".json") else _lines(text)
    columns = dict.fromkeys(key for row in rows for key in row if key)
    return [{key: _written(row.get(key)) for key in columns} for row in rows]


def _objects(text: str) -> list[dict[str, object]]:
    try:
        rows = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply for a table") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("it must be a JSON list of objects")
    return rows


def _lines(text: str) -> list[dict[str, object]]:
    try:
        return list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _written(value: object) -> str:
    return "" if value is None else str(value)


class Names:
    """Finds the things of a table in a text, the longest name first, in any case of letters."""

    def __init__(self, table: Sequence[Record], columns: Sequence[str]) -> None:
        self._known: dict[tuple[str, ...], Record] = {}
        self._longest: dict[str, int] = {}
        for record in table:
            for column in columns:
                words = tuple(word.lower() for word in _WORD.findall(record.get(column, "")))
                if words:
                    self._known[words] = record
                    self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def mentions(self, text: str) -> Iterator[Mention]:
        found = [(match.group().lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
        at = 0
        while at < len(found):
            length = self._length_at(found, at)
            if length:
                words = tuple(word for word, *_ in found[at : at + length])
                yield Mention(self._known[words], found[at][1], found[at + length - 1][2])
            at += length or 1

    def _length_at(self, found: Sequence[tuple[str, int, int]], at: int) -> int:
        for length in range(min(self._longest.get(found[at][0], 0), len(found) - at), 0, -1):
            if tuple(word for word, *_ in found[at : at + length]) in self._known:
                return length
        return 0


def amounts(text: str) -> Iterator[tuple[str, float, str]]:
    """(as written, value, currency) of each sum of money; of a bare figure behind a word of price without
    currency.
    """
    for match in _MONEY.finditer(text):
        numeral = match[3] or match[4]
        unit = match[1] or match[2] or match[5] or match[6]
        yield match.group().strip(), value_of(numeral), currency_of(unit)
    for match in _SAID.finditer(text):
        if not _OTHER_UNIT.match(match[2]) and not _MONEY.match(match[1] + match[2]):
            yield match[1], value_of(match[1]), ""


def currency_of(word: str) -> str:
    """ISO code of a sign, code or name; empty when it is none."""
    word = word.strip()
    return (
        _SIGNS.get(word) or _NAMES.get(word.lower().rstrip("s")) or (word.upper() if len(word) == 3 else "")
    )


def first_number(text: str) -> tuple[str, float] | None:
    match = _NUMBER.search(text)
    return (match.group(), value_of(match.group())) if match else None


def value_of(numeral: str) -> float:
    """Of 1,234.50 and 1.234,50 alike; a lone group of three digits is thousands."""
    if _GROUPED.fullmatch(numeral):
        return float(re.sub(r"[.,]", "", numeral))
    last = max(numeral.rfind("."), numeral.rfind(","))
    if last < 0:
        return float(numeral)
    return float(re.sub(r"[.,]", "", numeral[:last]) + "." + numeral[last + 1 :])
