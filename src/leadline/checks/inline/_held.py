"""What a source holds: its figures by value and unit, for an answer's figures to be looked for among them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from leadline.checks.inline._dates import Date, same_date
from leadline.checks.inline._figures import Figure, is_year, tolerance
from leadline.checks.inline._numerals import NUMBER_WORDS
from leadline.checks.inline._units import CURRENCIES, same_unit

_EARLIER = frozenset(
    {"earlier", "before", "prior", "previous", "last", "vorjahr", "vorjahres", "vorjahreszeitraum"}
    | {"précédent", "précédente", "anterior", "precedente", "föregående", "forrige", "fjor", "vorig"}
)


class KnownFigures:
    """What a source holds: each value with the units it has there.

    `currencies` are all that the source names: a value without a unit there is in one of them.
    """

    def __init__(
        self, found: Sequence[Figure], words: AbstractSet[str], currencies: AbstractSet[str] = frozenset()
    ) -> None:
        values = [(value, figure.unit) for figure in found for value in figure.readings]
        bare = [(value, figure.unit) for figure in found if figure.scaled for value in figure.bare]
        days: list[Date] = []
        self.spans: set[tuple[str, int]] = set()
        self._currencies = currencies
        self._shares = False
        self._earlier = not words.isdisjoint(_EARLIER)
        for figure in found:
            self._shares = self._shares or figure.unit == "%"
            if figure.date:
                days += figure.date
                values += [(float(part), "") for one in figure.date for part in (one.year, one.day)]
            if figure.unit in ("time", "months"):
                scale = 86400 if figure.unit == "time" else 1
                self.spans.add((figure.unit, round(figure.readings[0] / scale)))
        values += [(NUMBER_WORDS[word], "spelt") for word in words & NUMBER_WORDS.keys()]
        self._values, self._bare = sorted(values), sorted(bare)
        self.dates = list(dict.fromkeys(days))
        self._by_day: dict[tuple[int, ...], list[Date]] = {}
        self._years = {int(one.bare[0]) for one in found if is_year(one)} | {one.year for one in self.dates}
        for date in self.dates:
            self._by_day.setdefault(date[1:], []).append(date)

    def hold(self, figure: Figure) -> bool:
        """By value and unit, to the digits written. A scale or unit that only one side names does not count
        against the figure: tables say "in millions" once.
        """
        if figure.date:
            return self._hold_date(figure)
        if self._agree(self._values, figure, figure.readings):
            return True
        return self._agree(self._values if figure.scaled else self._bare, figure, figure.bare, unscaled=True)

    def reaches(self, year: int) -> bool:
        """Whether a duration of the source leads from one of its dates to a year, or `a year before` from one
        of its years.
        """
        if self._earlier and year + 1 in self._years:
            return True
        years = {date.year for date in self.dates if date.year}
        spans = {round(months / 12) for kind, months in self.spans if kind == "months"}
        return any(year - span in years for span in spans if span)

    def _hold_date(self, figure: Figure) -> bool:
        """With its year, where the source says that for the same day."""
        found = [its for mine in figure.date for its in self._by_day.get(mine[1:], ())]
        dated = [its for its in found if its.year] or found
        return any(same_date(mine, its) for mine in figure.date for its in dated)

    def units_of(self, figure: Figure) -> set[str]:
        """The units that the source has for this value; empty when the value is not there."""
        return {
            unit
            for known, values in ((self._values, figure.readings), (self._bare, figure.bare))
            for value in values
            for _, unit in _near(known, value, abs(value) * 1e-9)
        }

    def _agree(
        self,
        known: list[tuple[float, str]],
        figure: Figure,
        values: tuple[float, ...],
        *,
        unscaled: bool = False,
    ) -> bool:
        for value, step, scaled in zip(values, figure.steps, figure.readings, strict=False):
            width = step * (value / scaled) if scaled else step
            around = tolerance(figure, value, width)
            for its, unit in _near(known, value, around):
                if (
                    not figure.unit
                    and unit
                    and unit not in CURRENCIES
                    and abs(its - value) > abs(value) * 1e-9
                ):
                    continue  # a plain number is no rounded share or weight
                if unscaled and figure.unit and unit and (figure.unit != unit or unit not in CURRENCIES):
                    continue  # 190 mg are not 190 g
                if self._possible(figure, unit):
                    return True
        return False

    def _possible(self, figure: Figure, there: str) -> bool:
        unit = figure.unit
        if not unit or same_unit(unit, there):
            return True
        if there == "spelt":  # unless the numeral stands there for more or less of the same
            return all(
                kind != unit for _, kind in _near(self._bare, figure.bare[0], abs(figure.bare[0]) * 1e-9)
            )
        if unit == "%" and self._shares:
            return False
        if there or unit not in CURRENCIES or not self._currencies:
            return not there
        return any(same_unit(unit, one) for one in self._currencies)


def _near(known: list[tuple[float, str]], value: float, width: float) -> Iterator[tuple[float, str]]:
    place = bisect_left(known, (value - width, ""))
    while place < len(known) and known[place][0] <= value + width:
        yield known[place]
        place += 1
