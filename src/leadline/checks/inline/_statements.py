"""What a source says: each of its figures with the labels and the period that it stands under."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate

import msgspec

from leadline.checks.inline._aligned import rows_of
from leadline.checks.inline._cells import RULE, WIDEST_CELL, Cell
from leadline.checks.inline._chunks import told_apart
from leadline.checks.inline._figures import Figure, figures, is_year
from leadline.checks.inline._heads import (
    NO_HEAD,
    Head,
    head_of,
    heads_of_spans,
    is_named,
    label_first,
    side_of,
    times_of,
)
from leadline.checks.inline._keys import key_in, key_of
from leadline.checks.inline._labels import NOTHING, Words, label_words, periods
from leadline.checks.inline._notes import NO_NOTE, Note, nearest, note_in, with_note
from leadline.checks.inline._sentences import Around, Sentence, sentences
from leadline.checks.inline._spans import is_span
from leadline.checks.inline._tables import ALIGNED, blocks, cells, with_tabs
from leadline.checks.inline._times import Times
from leadline.checks.inline._units import CURRENCIES, CURRENCY_WORDS, SPANS, unit_named

_GENERAL = re.compile(
    r"\b(?:amounts?|figures|values|angaben|beträge)[\s_]+(?:are\s+)?in[\s:]+([^.;|\n)]{2,40})"
    r"|\bunits?\s*:\s*([^,;|\n]{2,40})",
    re.IGNORECASE,
)
_AMOUNTS = ("amount", "amounts", "figures", "values", "angaben", "beträge", "unit", "units")
_OF_A_LABEL = re.compile(r"\(([^()\n]{1,24})\) ,")
_OF_A_RECORD = re.compile(r"\b(?:currency|währung|devise|moneda)\s*[:=]\s*([A-Z]{3})\b", re.IGNORECASE)
_KEYED = re.compile(r"(?<!\w)((?!\w*_per_[^\W_]+\s*:)\w+_[^\W_]{1,5})\s*:\s*\Z")
_CURRENCY_KEYED = re.compile(r"\b([a-z]{3})_\w+\s*:\s*\Z")
_A_PART = re.compile(r"\b(?:of which|davon|dont|di cui|waarvan|varav|heraf|de los cuales|do qual|w tym)\b")
_COUNTED = re.compile(r"\s?[^\W\d_]+(?:[ -][^\W\d_]+)?")
_FEWEST_OF_MONEY = 3
_LONGEST_KEY = 40
_ASIDE = re.compile(
    r"\((?:(?:(?:[HQ]\d|FY|[^\W\d_]{3,12}) )?(?:19|20)\d\d|vorjahr|(?:prior|previous|last) year|y-1"
    r"|[^\W\d_]{3,12} (?:anterior|précédente?|precedente|earlier|before|previous))?:? ?[$€£]?\Z",
    re.IGNORECASE,
)
TOTAL = re.compile(r"\b(?:total|sum|summe|gesamt|totale|totaal|totalt)\b", re.IGNORECASE)
OF_A_TOTAL = frozenset({"total"})
_LONGEST_LABEL = 6
_LONGEST_CAPTION = 3 * WIDEST_CELL
_NO_FIGURE = Figure("", (), ())
_EVERYWHERE = 1 << 30
_MOST_LABELLED, _MOST_SAID = 1000, 400
"""Figures whose labels are read, and those of them in sentences, whose labels take longer: a text of 8 KB
that holds more is a list of numbers.
"""


class Statement(msgspec.Struct, frozen=True, gc=False):
    """`local`: the words of its cell's row and column, or of its clause; `topic`: those of the line's key, of
    the heading above and of what the sentence is about; `words`: both. `left` and `right` of it stands its
    clause, or the labels of its row and column. `row` and `column` tell which figures belong together;
    `column` is 0 in prose. `side` are a row's words, `sides` the same by cell. `told` is false of the figures
    of the prompt, `aside` is true of what stands in brackets for an earlier time, `named` is false of a
    figure whose label is that of the one before.
    """

    figure: Figure
    words: Words
    local: Words
    topic: Words
    periods: Words
    row: int
    column: int = 0
    left: str = ""
    right: str = ""
    told: bool = True
    side: Words = NOTHING
    sides: tuple[Words, ...] = ()
    ahead: str = ""
    noun: str = ""
    aside: bool = False
    named: bool = True

    @property
    def label(self) -> str:
        if self.column:
            return " ".join(f"{self.left} {self.right}".split())
        return " ".join((self.left.strip(" :-*(") or self.right.strip()).split()[-_LONGEST_LABEL:])

    @property
    def clause(self) -> str:
        return self.label if self.column else f"{self.left}#{self.right}"


class Source:
    """`statements` of a text in its order, the figures in labels (`unlabelled`: mostly years), and the
    `currencies` that are named in it anywhere. `tokens`: its words. From `asked` on it is the prompt.
    """

    def __init__(self, text: str, tokens: AbstractSet[str], asked: int) -> None:
        self._times = Times(text, tokens)
        self._asked = asked
        self._tokens = tokens
        self.statements: list[Statement] = []
        self.unlabelled: list[Figure] = []
        self._found: list[Figure] = []
        self._at = 0
        self._row = self._said = 0
        self._general = _note_of_all(text, [word for word in _AMOUNTS if word in tokens])
        self._heading = ""
        self._chunks: dict[str, Words] = {}
        self._chunk = NOTHING
        self._caption = NO_NOTE
        self._read(text)
        self.currencies = {one.figure.unit for one in self.statements} & CURRENCIES
        self.currencies |= {
            unit for word in _money_words(tokens, text) if (unit := unit_named(word)) in CURRENCIES
        }

    @property
    def figures(self) -> list[Figure]:
        """All, those in labels too."""
        return [*self.unlabelled, *[one.figure for one in self.statements]]

    def _read(self, text: str) -> None:
        lines = text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._chunks = told_apart(lines)
        found = list(blocks(lines))
        tables = {
            first: rows_of(lines[first:last], starts[first:last])
            for first, last, separator in found
            if separator == ALIGNED
        }
        for first, last, separator in found:
            if separator in (",", ALIGNED):  # the commas would hold its figures together
                lines[first:last] = [with_tabs(line, separator) for line in lines[first:last]]
        self._found = list(figures("\n".join(lines), self._tokens))
        for first, last, separator in found:
            if separator:
                mark = "\t" if separator == "," else separator
                self._table(tables.get(first) or _rows(lines[first:last], starts[first:last], mark))
            else:
                self._line("\n".join(lines[first:last]), starts[first])

    def _figures_before(self, end: int) -> list[Figure]:
        first = self._at
        while self._at < len(self._found) and self._found[self._at].start < end:
            self._at += 1
        return self._found[first : self._at]

    # tables

    def _table(self, rows: list[list[Cell]]) -> None:
        if not rows:
            return
        header = rows[0]
        if len(rows) > 1 and len(header) + 1 == len(rows[1]):
            header.insert(0, Cell("", 0, value=False))
        heads = [head_of(cell.text) for cell in header]
        spans = len(rows) > 1 and heads_of_spans(rows)
        has_head = not any(
            cell.value and not is_named(cell.text) and not (spans and is_span(cell.text))
            for cell in header[1:]
        )
        heading = head_of(self._heading)
        corner = note_in(header[0].text) if has_head and header[0].text else NO_NOTE
        caption = self._caption
        of_all = corner.unit in CURRENCIES or (corner.scale != 1.0 and not corner.unit)
        own = corner != NO_NOTE and corner.unit not in SPANS
        self._caption = corner if own else caption
        label_first(rows[has_head:])
        columns = {place for row in rows[1:] for place, cell in enumerate(row) if cell.value}
        section, above = NOTHING, ""
        for number, row in enumerate(rows):
            self._row += 1
            if (number == 0 and has_head) or len(self.statements) > _MOST_LABELLED:
                self.unlabelled += self._figures_before(row[-1].end)
                continue
            if row[0].text and not any(cell.text for cell in row[1:]):
                section = label_words(row[0].text)
            topic = heading.words | section if section else heading.words
            above = _merged(row, above)
            self._table_row(row, heads if has_head else [], heading.periods, topic, columns)
        self._caption = corner if of_all else caption

    def _table_row(
        self,
        row: Sequence[Cell],
        heads: Sequence[Head],
        dated: Words,
        topic: Words,
        columns: AbstractSet[int],
    ) -> None:
        side = side_of(row, columns)
        of_row = nearest(side.words, side.note, NO_NOTE, self._caption, self._general)
        of_all = side.words | topic
        for column, cell in enumerate(row):
            found = self._figures_before(cell.end)
            if not cell.value:
                self.unlabelled += found
                continue
            top = heads[column] if column < len(heads) else NO_HEAD
            local, words, noted = side.words, of_all, of_row
            if top.words:
                local = side.words | top.words
                words = local | topic
            if top.words or top.note != NO_NOTE:
                noted = nearest(local, side.note, top.note, self._caption, self._general)
            when = times_of(side.periods, top.periods) or dated
            for figure in _noted(found, noted, cell.text):
                self.statements.append(
                    Statement(
                        figure, words, local, topic, when, self._row, column + 1,
                        side.text, top.text, figure.start < self._asked, side.words, side.parts,
                    )
                )  # fmt: skip

    # lines

    def _line(self, line: str, start: int) -> None:
        if not line.strip():
            return
        end = start + len(line)
        if self._at >= len(self._found) or self._found[self._at].start >= end:
            self._chunk = self._chunks.get(line, self._chunk)
            self._caption_of(line)
            return
        if line in self._chunks:
            self._chunk = self._chunks[line]
            self.unlabelled += self._figures_before(end)
            return
        found = self._in_currency(line, start, self._figures_before(end))
        bracketed = line.startswith("(") or not key_in(line)
        if len(line) <= _LONGEST_CAPTION and bracketed and not line.rstrip().endswith("."):
            note = note_in(line)
            self._caption = note if note != NO_NOTE or line.lstrip().startswith("#") else self._caption
        heading, topic = label_words(self._heading) | self._chunk, NOTHING
        room = max(0, min(_MOST_LABELLED - len(self.statements), _MOST_SAID - self._said))
        self._said += len(found[:room])
        self.unlabelled += found[room:]
        for sentence in sentences(line, start, found[:room], self._times):
            key = key_of(sentence)
            topic = key.inner if key.found else topic
            self._row += 1
            if sentence.figures:
                after = key.outer if key.nested else topic  # a key within a list ends with its item
                self.statements += self._of_sentence(sentence, key.text, topic | heading, after | heading)
        self._heading = line if len(line) <= WIDEST_CELL and line.lstrip().startswith("#") else self._heading

    def _in_currency(self, line: str, start: int, found: list[Figure]) -> list[Figure]:
        """The figures with the currency that the text or the record names once for all."""
        if ") ," in line:
            found = [with_note(one, _note_of_record(line[: one.start - start])) for one in found]
        record = _OF_A_RECORD.search(line) if "urrency" in line else None
        note = Note(unit_named(record[1])) if record else self._general
        if note == NO_NOTE:
            return found
        return [with_note(one, note) if self._means_money(one, line, start) else one for one in found]

    def _means_money(self, figure: Figure, line: str, start: int) -> bool:
        """Where the text says that its amounts are in a currency: each figure that counts no things."""
        ahead = line[max(0, figure.start - start - _LONGEST_KEY) : figure.start - start]
        keyed = _KEYED.search(ahead)
        if is_year(figure) or (keyed and note_in(keyed[1]) != NO_NOTE):
            return False
        counted = _COUNTED.match(line, figure.end - start)
        return len(figure.text) >= _FEWEST_OF_MONEY and not (counted and label_words(counted[0]))

    def _caption_of(self, line: str) -> None:
        line = line.rpartition("\n")[2]
        note = note_in(line)
        if line.rstrip().endswith(("?", "!")):
            return
        if line.lstrip().startswith("#") or len(line) <= _LONGEST_CAPTION:
            words = line.partition(":")[2] or line if key_in(line) else line
            self._heading = words if label_words(words) else self._heading
            self._caption = note if note != NO_NOTE else self._caption

    def _of_sentence(self, sentence: Sentence, key: str, topic: Words, after: Words) -> Iterator[Statement]:
        spoken_of = sentence.spoken_of
        if len(spoken_of) < len(sentence.figures):
            told = {one.start for one in spoken_of}
            self.unlabelled += [one for one in sentence.figures if one.start not in told]
        of_key = note_in(key) if key else NO_NOTE
        when = periods(key) or (periods(self._heading) if self._times.any(0, _EVERYWHERE) else NOTHING)
        last, before = NOTHING, _NO_FIGURE
        for place, figure in enumerate(spoken_of):
            around = sentence.around(place)
            bracket = around.ahead.rstrip().endswith("(")
            aside = place > 0 and not (bracket and around.noun) and _ASIDE.search(around.ahead) is not None
            if aside and not figure.unit:
                note = Note(before.unit, before.readings[0] / before.bare[0] if before.bare[0] else 1.0)
            else:
                note = self._note_of(around, figure, key, of_key)
            topic = after if ";" in sentence.text[: figure.start - sentence.start] else topic
            gap = sentence.text[before.end - sentence.start : figure.start - sentence.start] if place else ";"
            own = around.before | around.behind or (OF_A_TOTAL if TOTAL.search(around.left) else NOTHING)
            last = (own or (NOTHING if ";" in gap else last)) | (last if bracket else NOTHING)
            before = figure
            about = topic if around.before or bracket else topic | around.subject
            about = NOTHING if _A_PART.search(around.left) else about
            yield Statement(
                with_note(figure, note),
                last | about,
                last,
                about,
                around.periods or when,
                self._row,
                left=around.left,
                right=around.right,
                told=figure.start < self._asked,
                ahead=around.ahead,
                noun=around.noun,
                aside=aside,
                named=bool(own) or not around.parted,
            )

    def _note_of(self, around: Around, figure: Figure, key: str, of_key: Note) -> Note:
        """The unit that a key gives: its own, that of the figure's (`weight_kg: 148`), or the caption's."""
        keyed = _KEYED.search(around.left) if not figure.unit else None
        if keyed and (note := note_in(keyed[1])) != NO_NOTE:
            return note
        money = _CURRENCY_KEYED.search(around.left) if not figure.unit else None
        if money and (unit := unit_named(money[1])) in CURRENCIES:
            return Note(unit)
        if key and of_key == NO_NOTE:
            return nearest(around.before, NO_NOTE, NO_NOTE, self._caption)
        return of_key


def _merged(row: list[Cell], above: str) -> str:
    """The label of a row; a blank one beside a further label is that of the row above, written once."""
    first = row[0]
    if not first.text and above and len(row) > 2 and row[1].text and not row[1].value:
        row[0] = msgspec.structs.replace(first, text=above)
    return row[0].text if not row[0].value else ""


def _noted(found: list[Figure], note: Note, text: str) -> list[Figure]:
    """The figures of a cell as its note has them. In `12 (34.5)` under `n (%)` only the second is a share."""
    if note == NO_NOTE:
        return found
    if len(found) > 1 and note.unit == "%" and "(" in text:
        return [found[0], *[with_note(figure, note) for figure in found[1:]]]
    return [with_note(figure, note) for figure in found]


def _note_of_record(ahead: str) -> Note:
    """What a text value of the record in front of a figure says in brackets: `metric: CET1 ratio (%) ,`."""
    label = _OF_A_LABEL.search(ahead, ahead.rfind("\n") + 1)
    return note_in(f"({label[1]})") if label else NO_NOTE


def _note_of_all(text: str, words: Sequence[str]) -> Note:
    """What is said once for all amounts behind one of these words of the text: `figures in EUR million`."""
    lowered = text.lower() if words else ""
    for word in words:
        place = lowered.find(word)
        while place >= 0:
            found = _GENERAL.match(text, place)
            if found and (found[1] or text[:place].rstrip(" ")[-1:] in ("", "\n", ",")):
                said = found[1] or found[2].partition(" unless")[0]
                return note_in(f"({said})")
            place = lowered.find(word, place + 1)
    return NO_NOTE


def _money_words(tokens: AbstractSet[str], text: str) -> Iterator[str]:
    yield from tokens & CURRENCY_WORDS
    yield from (sign for sign in "$€£¥₹" if sign in text)


def _rows(lines: Sequence[str], starts: Sequence[int], separator: str) -> list[list[Cell]]:
    return [
        cells(line, start, separator)
        for line, start in zip(lines, starts, strict=True)
        if not RULE.match(line)
    ]
