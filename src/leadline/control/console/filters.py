"""The filter bar: native controls, whose choices also stand in the address so that a view can be shared."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from leadline.control.console.marks import Words, box

_VALUE = "(event) => emit(event.target.value)"


class Filters:
    """`values` holds what is chosen by parameter name; empty = no filter."""

    def __init__(self, given: Mapping[str, str], on_change: Callable[[], None]) -> None:
        self._given = given
        self._on_change = on_change
        self.values: dict[str, str] = {}

    def choice(self, name: str, label: str, options: Mapping[str, str]) -> None:
        """A drop-down; `options` are words by value, the first is the default."""
        self.values[name] = self._start(name, options)
        with box("ll-choice", "label"):
            Words(label)
            with box("", "select") as select:
                for value, word in options.items():
                    option = Words(word, "", "option")
                    option.props["value"] = value
                    if value == self.values[name]:
                        option.props("selected")
            self._listen(select, name, "change")

    def segments(self, name: str, label: str, options: Mapping[str, str]) -> None:
        """Buttons side by side, for the choice that is made most."""
        self.values[name] = self._start(name, options)
        with box("ll-segments").props(f'role=group aria-label="{label}"'):
            buttons = {value: Words(word, "", "button") for value, word in options.items()}

        def choose(value: str) -> None:
            self.values[name] = value
            for other, button in buttons.items():
                button.props(f"aria-pressed={'true' if other == value else 'false'}")

        def choose_and_tell(value: str) -> None:
            choose(value)
            self._on_change()

        for value, button in buttons.items():
            button.props("type=button")
            button.on("click", partial(choose_and_tell, value))
        choose(self.values[name])

    def text(self, name: str, label: str) -> None:
        self.values[name] = self._given.get(name, "")[:200]
        with box("ll-choice", "label"):
            Words(label)
            entry = box("", "input").props("type=search autocomplete=off spellcheck=false size=14")
            entry.props["value"] = self.values[name]
        self._listen(entry, name, "change")

    def tick(self, name: str, label: str) -> None:
        self.values[name] = "true" if self._given.get(name) == "true" else ""
        with box("ll-tick", "label"):
            entry = box("", "input").props("type=checkbox")
            if self.values[name]:
                entry.props("checked")
            Words(label)
        self._listen(entry, name, "change", "(event) => emit(event.target.checked ? 'true' : '')")

    def address(self, path: str) -> str:
        chosen = {name: value for name, value in self.values.items() if value != ""}
        return f"{path}?{urlencode(chosen)}" if chosen else path

    def _start(self, name: str, options: Mapping[str, str]) -> str:
        given = self._given.get(name, "")
        return given if given in options else next(iter(options))

    def _listen(self, element: Element, name: str, event: str, value: str = _VALUE) -> None:
        def changed(told: GenericEventArguments) -> None:
            self.values[name] = str(told.args or "").strip()[:200]
            self._on_change()

        element.on(event, changed, js_handler=value)
