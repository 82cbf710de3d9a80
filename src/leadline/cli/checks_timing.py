"""What the inline checks cost, as tables."""

import msgspec
from rich.console import Console

from leadline.cli.listing import Column, Listing
from leadline.evals.timing import Cost, Timed, timed

_COLUMNS = (Column("check", 0), Column("p50, us", 1, figure=True), Column("p99, us", 2, figure=True))


def show_times(answers: int, *, as_json: bool) -> None:
    if as_json:
        typed = msgspec.json.encode(list(timed(answers)))
        Console().print(typed.decode(), markup=False, highlight=False, soft_wrap=True)
        return
    for one in timed(answers):
        _tell(one)


def _tell(one: Timed) -> None:
    console = Console()
    told = f"{one.answers} answers of {one.answer_chars} characters over sources of {one.source_chars}"
    console.print(told, markup=False, highlight=False)
    costs = Listing(_COLUMNS)
    for cost in one.costs:
        _add(costs, cost.check, cost)
    for kind, sums in one.by_kind.items():
        for cost in sums:
            _add(costs, f"{cost.check}, {kind}", cost)
    console.print(costs)


def _add(costs: Listing, name: str, cost: Cost) -> None:
    costs.add(name, f"{cost.p50_us:.1f}", f"{cost.p99_us:.1f}")
