"""A table whose rows change in place: each refresh sends only the rows that are new or different."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from leadline.control.console.cells import Cell


class Column(TypedDict, total=False):
    """`cls` may be `num`, `wide` (hidden in narrow windows) or `wider`."""

    name: str
    label: str
    cls: str
    hint: str


class Row(TypedDict):
    id: str
    cls: str
    cells: dict[str, Cell]


class Empty(TypedDict):
    """What stands there when nothing matches: what it means, and what to do next."""

    title: str
    next: str


class LiveTable(Element, component="live_table.js"):
    def __init__(
        self,
        columns: Sequence[Column],
        *,
        label: str,
        empty: Empty,
        on_open: Callable[[str], None],
        on_act: Callable[[str, str], None] = lambda _row, _act: None,
    ) -> None:
        """`on_act` hears of a button: the row's id, and what it is to do."""
        super().__init__()
        self.props["columns"] = list(columns)
        self.props["label"] = label
        self.props["kind"] = label.lower()
        self.props["selected"] = ""
        self.props["empty"] = empty
        self._shown: dict[str, Row] = {}
        self._order: list[str] | None = None

        def opened(event: GenericEventArguments) -> None:
            on_open(str(event.args))

        def acted(event: GenericEventArguments) -> None:
            row_id, act = event.args
            on_act(str(row_id), str(act))

        self.on("open", opened)
        self.on("act", acted)

    def select(self, row_id: str) -> None:
        self.props["selected"] = row_id
        self.update()

    def show(self, rows: Sequence[Row]) -> None:
        """Make the browser show exactly these rows, in this order."""
        order = [row["id"] for row in rows]
        changed = [row for row in rows if self._shown.get(row["id"]) != row]
        if order == self._order and not changed:
            return
        self._shown = {row["id"]: row for row in rows}
        self._order = order
        self.run_method("sync", order, changed)
