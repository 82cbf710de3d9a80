"""Each figure of an answer: held by the source or worked out from it, and said of the right thing."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from leadline.checks.inline._answered_tables import of_tables
from leadline.checks.inline._claims import (
    Claim,
    Said,
    claims,
    contradiction,
    wrong_way,
)
from leadline.checks.inline._dates import reckoned, same_date
from leadline.checks.inline._derived import Reckoner
from leadline.checks.inline._directions import contradicts_itself, moves, turned
from leadline.checks.inline._each import wrong_rate, wrong_time
from leadline.checks.inline._eras import without_eras
from leadline.checks.inline._figures import Figure, is_year
from leadline.checks.inline._held import KnownFigures
from leadline.checks.inline._index import Index
from leadline.checks.inline._lists import odd_ones
from leadline.checks.inline._misread import is_transposed, misread, without_scale
from leadline.checks.inline._opposites import excluded
from leadline.checks.inline._outdated import outdated
from leadline.checks.inline._rates import rates
from leadline.checks.inline._statements import Source, Statement
from leadline.checks.inline._units import CURRENCIES, THOUSANDS
from leadline.checks.inline._word_for_word import stands_there

_MOST_WORKED_OUT = 16
_MOST_STRANGE = 8
"""Figures that nothing explains before the whole answer is read: with more of them it is wrong anyway."""
_BY = re.compile(
    r"\b(?:by|of|um|med|met|(?<!est )(?<!es )(?<!fue )(?<!sont )de)\s+(?:\w+\s)?[^\w\s]?(?:[a-z]{3}\s)?\Z",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[+±]\W?\Z")
_MORE = re.compile(
    r"\s*(?:\w+\s+)?(?:more|less|higher|lower|above|below|mehr|weniger|increase|decrease|growth|ahead|fewer|short)\b",
    re.IGNORECASE,
)


_LISTED = re.compile(r"^[ \t]*(?:[-•]|\*(?!\*)|\(?\d{1,2}[.):]|\| ?\d{1,2} ?\|)[ \t*]", re.MULTILINE)
_CAPITAL = re.compile(r"\b([^\W\d_a-zà-ÿ][\w-]+) \Z")
_ROUND = (10.0, 100.0, 1e3, 1e4, 1e5, 1e6)
_PER = re.compile(r"\b(?:per|je|pro|par|por|pr\.?|pour|auf)\s\Z", re.IGNORECASE)
_LONGEST_PER = 8
_FEW_DIGITS = 2
_THOUSAND = 1e3


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOT_ENGLISH = _listed(
    "der die das den und ist von auf mit ein eine zu im le la les des du est et un une el los las es y del "
    "il lo di che e het een van en de o os da do em den det som och är av på til og i sur au aux por para "
    "con nel per"
)
_ENGLISH = frozenset({"the", "of", "and", "is", "was", "to", "a", "for", "you", "your", "in", "with"})


def is_english(words: AbstractSet[str]) -> bool:
    return len(words & _ENGLISH) > len(words & _NOT_ENGLISH)


def is_foreign(words: AbstractSet[str]) -> bool:
    return len(words & _ENGLISH) < len(words & _NOT_ENGLISH)


class Text(NamedTuple):
    text: str
    words: AbstractSet[str]


class Judged(NamedTuple):
    """Figures that the source does not hold, and those that it holds for something else, in words."""

    strangers: list[str]
    swapped: list[str]


def judge_figures(
    source: Text, asked: int, question: str, answer: Text, mentioned: Sequence[Figure]
) -> Judged:
    """`asked`: where the prompt begins in the source, whose last line is the `question`."""
    judged = Judged([], [])
    if not mentioned:
        return judged
    read = Source(source.text, source.words, asked)
    held = KnownFigures(read.figures, source.words, read.currencies)
    index = Index(read.statements)
    made = _claims_of(answer, mentioned, index, question)
    said = Said(list(made.values()), answer.words, index)
    said.odd = odd_ones(said.claims, index)
    named = read.currencies | ({one.unit for one in mentioned} & CURRENCIES)
    quoted = list(rates(source.text)) if len(named) > 1 else []
    reckoner = Reckoner(index, quoted, question, foreign=not is_english(answer.words))
    strange: list[tuple[Figure, Claim | None]] = []
    worked_out, listed = 0, len(_LISTED.findall(answer.text)) or None
    for written in without_eras(mentioned, answer.text, source.text):
        claim = made.get(written.start)
        figure = claim.figure if claim is not None else written
        if _only_names(figure, claim, index, source.text) or _counts(figure, answer.text, listed):
            continue
        if not held.hold(figure) or (
            claim is not None and _weakly(figure, index) and reckoner.explains(claim)
        ):
            if claim is not None and _is_misread(claim, index, held, source.words, judged):
                continue
            worked_out += 1
            if worked_out <= _MOST_WORKED_OUT and _follows(figure, claim, held, reckoner):
                continue
            if claim is not None and _is_in_thousands(figure, index, source.words):
                reckoner.accept(claim)
            else:
                strange.append((figure, claim))
        elif claim is not None:
            wrong = _misplaced(claim, index, said, reckoner)
            if wrong and not stands_there(answer.text, written, source.text):
                judged.swapped.append(wrong)
            else:
                reckoner.accept(claim)
    many = len(strange) > _MOST_STRANGE
    reckoner.start_again()
    judged.strangers.extend(
        _stranger(figure, held)
        for figure, claim in strange
        if many or not _follows(figure, claim, held, reckoner)
    )
    return judged


def _is_misread(
    claim: Claim, index: Index, held: KnownFigures, words: AbstractSet[str], judged: Judged
) -> bool:
    """Whether the source has another one for the same thing, or it in other money; then it is judged."""
    mistaken, figure = misread(claim, index), claim.figure
    if mistaken is None or _is_in_thousands(figure, index, words):
        return False
    if mistaken.figure.readings == figure.readings:
        judged.strangers.append(_stranger(figure, held))
    else:
        judged.swapped.append(f"{figure.text}, where the source has {_shown(mistaken)}")
    return True


def _claims_of(answer: Text, mentioned: Sequence[Figure], index: Index, question: str) -> dict[int, Claim]:
    """By the place where the figure begins: those of its sentences, and of its tables."""
    found = claims(answer.text, answer.words, mentioned, index.vocabulary, question)
    made = {one.figure.start: one for one in found}
    return made | of_tables(answer.text, answer.words, index.vocabulary)


def _only_names(figure: Figure, claim: Claim | None, index: Index, source: str) -> bool:
    """Years of the source (FY2024, too), and numbers within names."""
    if is_year(figure) and figure.text in source:
        return True
    few = not figure.unit and figure.digits <= _FEW_DIGITS
    return few and (_is_of_a_name(claim, source) or index.numbers(figure))


def _counts(figure: Figure, answer: str, listed: int | None) -> bool:
    """Whether it is the number of points of the answer's own list, or the 100 of something per 100 km."""
    if figure.bare[0] in _ROUND and _PER.search(answer[max(0, figure.start - _LONGEST_PER) : figure.start]):
        return True
    return not figure.unit and figure.digits <= _FEW_DIGITS and figure.readings[0] == listed


def _is_of_a_name(claim: Claim | None, source: str) -> bool:
    """`Oslo 1` and `Release 5` are names where the source has them so."""
    found = _CAPITAL.search(claim.ahead) if claim is not None else None
    return found is not None and claim is not None and f"{found[1]} {claim.figure.text}" in source


def _weakly(figure: Figure, index: Index) -> bool:
    """Whether the source has the numeral, but nowhere with the figure's unit: 4 hours and platform 4."""
    if not figure.unit or figure.unit in CURRENCIES or figure.date:
        return False
    own = index.holding(figure)
    return bool(own) and not any(one.figure.unit for one in own)


def _follows(figure: Figure, claim: Claim | None, held: KnownFigures, reckoner: Reckoner) -> bool:
    if figure.date:
        return any(reckoned(date, held.dates, held.spans) for date in figure.date)
    if is_year(figure) and held.reaches(int(figure.bare[0])):
        return True
    if claim is None:
        return False
    if any(held.hold(one) for one in _in_the_scale_of(claim.beside, figure)):
        return True
    of_another_unit = bool(held.units_of(figure) - {"", "spelt"})
    if not reckoner.explains(claim):
        mistyped = of_another_unit or is_transposed(claim, reckoner.index)
        if mistyped or not reckoner.finds(claim):
            return False
    reckoner.accept(claim)
    return True


def _in_the_scale_of(beside: Sequence[Figure], figure: Figure) -> Iterator[Figure]:
    """`17.9 million (29.16 - 11.25)`: what a figure that says no scale is in that of one beside it."""
    if figure.unit or figure.scaled or figure.digits <= _FEW_DIGITS:
        return
    for factor in {one.readings[0] / one.bare[0] for one in beside if one.scaled and one.bare[0]}:
        yield msgspec.structs.replace(
            figure,
            readings=tuple([value * factor for value in figure.readings]),
            steps=tuple([step * factor for step in figure.steps]),
        )


def _is_in_thousands(figure: Figure, index: Index, words: AbstractSet[str]) -> bool:
    """`48.9 million` for the 48,912 of a source that says somewhere that it counts in thousands."""
    if not figure.scaled or figure.unit not in ("", *CURRENCIES):
        return False
    if words.isdisjoint(THOUSANDS):
        return False
    values = tuple([value / _THOUSAND for value in figure.readings])
    steps = tuple([step / _THOUSAND for step in figure.steps])
    counted = msgspec.structs.replace(figure, readings=values, bare=values, steps=steps)
    return any(not one.figure.scaled for one in index.holding(counted))


def _misplaced(claim: Claim, index: Index, said: Said, reckoner: Reckoner) -> str:
    """What is wrong with what the answer says of a figure of the source, if anything is."""
    if claim.in_turn:
        return ""
    text, own = claim.figure.text, [one for one in index.holding(claim.figure) if one.told]
    if claim.figure.date and _has_another_year(claim, own):
        return f"{text}, where the source has another year"
    instead = contradiction(claim, index, said) or wrong_way(claim, own, index) or outdated(claim, own, index)
    instead = instead or said.odd.get(claim.figure.start)
    if instead is not None:
        change = (_is_change(claim) or _is_share(claim)) and reckoner.explains(claim)
        return "" if change else f"{text}, where the source has {_shown(instead)}"
    amiss = _amiss(claim, own, said, index)
    if amiss:
        return f"{text} {amiss}: {_shown(own[0])}"
    against = turned(claim, own, index) or excluded(claim, own)
    if against is not None:
        return f"{text} with the wrong sign or side; the source has {_shown(against)}"
    return f"{text}: up and down are mixed" if contradicts_itself(claim, said.beside(claim)) else ""


def _amiss(claim: Claim, own: Sequence[Statement], said: Said, index: Index) -> str:
    """What a figure of the right label is told wrongly as, if it is."""
    if without_scale(claim, own, said.scales):
        return "without the scale that the source gives it"
    if wrong_time(claim, own):
        return "where the source has it for another time"
    return "for one of something else than in the source" if wrong_rate(claim, own, index) else ""


def _is_share(claim: Claim) -> bool:
    """Whether it stands behind an amount without a word of its own: 1,674 GWh, roughly 52 %."""
    return claim.figure.unit == "%" and not claim.words


def _has_another_year(claim: Claim, own: Sequence[Statement]) -> bool:
    """Whether the source has this day in other years only."""
    return bool(own) and not any(
        same_date(mine, its) for mine in claim.figure.date for one in own for its in one.figure.date
    )


def _is_change(claim: Claim) -> bool:
    """Whether the figure is said to be a change or a distance rather than a value."""
    by = _BY.search(claim.left) is not None and moves(claim.left)
    return by or _SIGNED.search(claim.ahead) is not None or _MORE.match(claim.right) is not None


def _stranger(figure: Figure, held: KnownFigures) -> str:
    units = sorted(held.units_of(figure) - {"", "spelt"})
    return f"{figure.text} ({'/'.join(units)} there)" if units and figure.unit else figure.text


def _shown(statement: Statement) -> str:
    return f"{statement.figure.text} for {statement.label}" if statement.label else statement.figure.text
