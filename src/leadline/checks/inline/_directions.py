"""Rises told as falls and losses told as profits."""

import re
from collections.abc import Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import agree
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES
from leadline.measures.remembering import remembered

_UP = re.compile(
    r"\b(?:r[oi]s[en]\w*|grew|grow[ns]?|growing|increas\w+|climb\w*|jump\w*|gain(?:ed|s)?|rais\w+|up|"
    r"higher|expand\w*|stieg\w*|gestiegen|wuchs\w*|zunahm\w*|erhöh\w+|augment\w+|hausse|"
    r"progress\w+|cro[iî]t\w*|creci\w*|aument\w+|sub(?:ió|e|ieron)|cresc\w+|sal(?:ito|iti|ita)|steeg|stegen|"
    r"gestegen|toegenomen|groei\w*|ökade\w*|ökat|steg|ökning|øk(?:te|t)|styrket)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:fell|fall(?:en|s)?|falling|declin\w+|decreas\w+|drop\w*|lost|los(?:es|ing)|shr[aiu]nk\w*|reduc\w+|cut|"
    r"lower\w*|down|slip\w*|sank\w*|gesunken|sink\w+|fiel\w*|gefallen|abnahm\w*|verringer\w+|"
    r"rückgang\w*|zurück|recul\w+|baiss\w+|diminu\w+|dimin\w+|cay[óo]\w*|cae|baj[óa]\w*|"
    r"descen\w+|reduj\w+|cal(?:o|a|ato|ati|ata)|sces\w+|daal\w+|gedaald|afgenomen|minskade|minskat|minskning|"
    r"sjönk|falt|svekket|redusert|caiu|desceu)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:loss(?:es)?|negative\w*|deficit|outflow|minus|below|verlust\w*|perte|pérdida|perdita|förlust|"
    r"prejuízo|perda|verlies|underskott|underskud|underskudd|strata|"
    r"cost\w*|expens\w+|expend\w+|paid|pay\w*|used|provision\w*|tax\w*|impair\w*|charge\w*|swung|swing|worse|"
    r"kosten|contract\w+|colder|frost|difference|gap)\b",
    re.IGNORECASE,
)
_OR_LOSS = re.compile(
    r"\((?:net )?(?:loss|deficit|verlust|fehlbetrag|perte|déficit|pérdida|perdita|preju[ií]zo|verlies|"
    r"förlust|tab|strata|outflow|used)\)",
    re.IGNORECASE,
)
_LOSS = re.compile(r"\b(?:loss|deficit|verlust|perte|pérdida|perdita|förlust)", re.IGNORECASE)
_GAIN = re.compile(
    r"\b(?:profit|gain\w*|positiv\w*|surplus|guadagn\w*|gagn\w+|gan[óo]\w*|ganhou|verdien\w*|gewonn\w+|inflows?|grew|rose|increas\w*|earned|up|gewinn\w*|überschuss|utile|"
    r"bénéfice|excédent|beneficio|superávit|lucro|winst|vinst|overskud|zysk)\b",
    re.IGNORECASE,
)
_INCOME = re.compile(
    r"\b(?:profits?|surplus|inflows?|gewinn\w*|überschuss|zufl[uü]ss\w*|utile|afflussi|bénéfice|excédent|"
    r"beneficio|superávit|entradas|lucro|winst|vinst|overskud|zysk)\b",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:by|um|de|d'|med|met|del|di|van|en|around|about|rund|circa|almost|nearly|some)\s\W{0,3}\Z",
    re.IGNORECASE,
)
_INTO = re.compile(r"\b(?:to|at|auf|bei|till|til|naar|à|a|hasta|para)\s(?:\w+\s)?\W{0,3}\Z", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:from|after|nach|von|against|versus|compared (?:with|to)|gegenüber|contre|après|frente a|desde|"
    r"från|van|mot|da)\s(?:\w+\s)?\W{0,3}\Z",
    re.IGNORECASE,
)
_HIGHER = re.compile(  # A is higher than B as B is lower than A
    r"\s?(?:[^\W\d_]{1,3} )?(?:higher|lower|above|below|more|less|höher|niedriger|mehr|weniger|"
    r"hoger|lager|meer|minder)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_NEAR = 40
_MOST_WORDS, _LONGEST_WORD = 8192, 40
_TELLING = 3
_PARTED = re.compile(r"[;:]|, (?!from|von|de|da|från|van)|\bbut\b|\bwhile\b|\baber\b|\d")
_MONEYLESS = frozenset({"%", "temperature", "fahrenheit", "pp", "mercury", ""})


def direction(text: str) -> int:
    """+1 when a text speaks of rising alone, -1 of falling alone, else 0."""
    ways = set(map(_way, _WORD.findall(text)))
    return (1 in ways) - (-1 in ways)


def moves(text: str) -> bool:
    """Whether a text speaks of rising or falling at all."""
    return any(map(_way, _WORD.findall(text)))


@remembered(_MOST_WORDS, _LONGEST_WORD)
def _way(word: str) -> int:
    return (_UP.fullmatch(word) is not None) - (_DOWN.fullmatch(word) is not None)


def turned(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    """A statement that says the opposite: it falls where the answer lets it rise, or has the other sign."""
    fitting = [one for one in own if agree(one.periods, claim.periods)]
    if not fitting:
        return None
    return _turned_sign(claim, fitting, index) or _turned_way(claim, fitting, index)


def _turned_sign(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    negative = [one for one in own if one.figure.negative]
    if len(negative) == len(own):
        return own[0] if _hides_a_minus(claim, own, index) else None
    if negative and _INCOME.search(claim.clause) and not any(_INCOME.search(one.clause) for one in own):
        return negative[0]
    if claim.figure.negative and not any(
        one.figure.negative or _NEGATED.search(one.label) or direction(one.clause) < 0 for one in own
    ):
        return own[0] if any(one.words & claim.words for one in own) else None
    signed = all(one.clause.partition("#")[0].rstrip(" (")[-1:] == "+" for one in own)
    return own[0] if signed and direction(claim.clause) < 0 else None


def _hides_a_minus(claim: Claim, own: Sequence[Statement], index: Index) -> bool:
    """Whether nothing in the sentence speaks of a loss, a fall or cold. A row that is negative throughout is
    one of costs, told without a sign.
    """
    if claim.ahead.endswith("+"):
        return True
    if claim.figure.negative or _NEGATED.search(claim.sentence) or direction(claim.sentence) < 0:
        return False
    way, unit = direction(claim.clause), own[0].figure.unit
    gained = _GAIN.search(claim.clause) is not None
    if any(_LOSS.search(one.label) for one in own) and (
        gained or all(_OR_LOSS.search(one.label) for one in own)
    ):
        return True
    if any(_NEGATED.search(one.label) for one in own):
        return way > 0 and unit == "%"
    return way > 0 or gained or (unit in _MONEYLESS and not own[0].column) or _is_mixed(own[0], index)


def _is_mixed(one: Statement, index: Index) -> bool:
    """Whether its row has values of both signs at several times, so that the sign says something."""
    return bool(one.column and one.periods) and any(
        other.row == one.row and other.periods and not other.figure.negative
        for other in index.beside(one)
        if other.figure.unit == one.figure.unit and other.figure.bare[0]
    )


def _turned_way(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    way = direction(claim.ahead) or direction(claim.right[:24])
    if not way or _HIGHER.match(claim.right):
        return None
    for one in own:
        unique = len(own) == 1 and claim.figure.digits >= _TELLING
        if not unique and not one.words & (claim.words | claim.subject):
            continue
        there = direction(one.ahead) or direction(one.clause)
        if there and there != way and bool(_BY.search(claim.ahead)) == bool(_BY.search(one.ahead)):
            return one
        if _INTO.search(claim.ahead[-_NEAR:]) and not there:
            before = _earlier(one, index)
            if before is not None and (one.figure.readings[0] - before.figure.readings[0]) * way < 0:
                return one
    return None


def _earlier(one: Statement, index: Index) -> Statement | None:
    """What stood there a period before: in brackets behind it, or in the table for another year."""
    other = index.behind(one)
    if other and other.aside and other.row == one.row and other.figure.unit == one.figure.unit:
        return None if other.periods > one.periods > frozenset() else other
    if not one.column:
        return None
    years = sorted(one.periods)
    found: list[tuple[list[str], Statement]] = []
    for other in (*index.in_row(one), *index.in_column(one)):
        if other.figure.unit == one.figure.unit:
            its = sorted(other.periods)
            if len(its) == len(years) and its < years:
                found.append((its, other))
    return max(found, key=lambda one: one[0])[1] if found else None


def contradicts_itself(claim: Claim, others: Sequence[Claim]) -> bool:
    """`Rose to 98 from 112`: both ends of a change are there, and the word between goes the other way."""
    way = direction(claim.ahead) if _INTO.search(claim.ahead[-_NEAR:]) else _way_of_sentence(claim)
    if not way or len(claim.figure.readings) > 1:
        return False
    for other in others:
        if other is claim or other.figure.unit != claim.figure.unit:
            continue
        first, second = sorted((claim, other), key=lambda one: one.figure.start)
        between = first.beyond[: max(0, second.figure.start - first.figure.end)]
        if _PARTED.search(between):
            continue
        if _FROM.search(other.ahead) and len(other.figure.readings) == 1:
            return (_signed(claim) - _signed(other)) * way < 0
    return False


def _way_of_sentence(claim: Claim) -> int:
    """Of one that compares two amounts and no more: revenue rose, with 285 million against 301 million."""
    unit = claim.figure.unit
    if unit not in CURRENCIES or _FROM.search(claim.ahead):
        return 0
    same = [one for one in claim.beside if one.unit == unit]
    return direction(claim.sentence) if len(same) == 2 and same[0] is claim.figure else 0


def _signed(claim: Claim) -> float:
    value = claim.figure.readings[0]
    return -value if claim.figure.negative else value
