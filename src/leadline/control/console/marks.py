"""The few elements every page is made of: boxes, words, times, badges, links, and parts that redraw alone."""

from collections.abc import Callable
from typing import Generic, TypeVar

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from leadline.control.console.cells import number, plain

Data = TypeVar("Data")


class Words(TextElement):
    """Text and nothing else: the browser gets it as a text node, never as markup."""

    def __init__(self, text: object, cls: str = "", tag: str = "span") -> None:
        super().__init__(tag=tag, text=plain(text))
        self.classes(cls)


def box(cls: str = "", tag: str = "div") -> Element:
    return Element(tag).classes(cls)


def heading(text: str) -> None:
    Words(text, "ll-heading", "h3")


def moment(at: object, mode: str = "stamp", cls: str = "") -> Element:
    """A time in the visitor's own zone; it ticks in the browser."""
    return Element("ll-time").props(f"at={number(at)} mode={mode}").classes(cls)


def link(text: object, target: str, cls: str = "") -> Element:
    """`target` is one of our own paths or https; anything else stays plain text."""
    if not target.startswith(("/", "https://", "http://")) or target.startswith("//"):
        return Words(text, cls)
    anchor = Words(text, cls, "a")
    anchor.props["href"] = target
    if not target.startswith("/"):
        anchor.props("target=_blank rel=noreferrer")
    return anchor


def severity_badge(severity: object) -> Element:
    """Told by shape, fill and word, so colour is never the only sign."""
    word = plain(severity)
    return Words(word, f"ll-sev ll-sev-{word}")


def fact(label: str, cls: str = "") -> Element:
    """A labelled value: use as a context and put the value inside."""
    with box(f"ll-fact {cls}") as whole:
        Words(label, "ll-fact-label")
    return whole


def plain_fact(label: str, value: object, cls: str = "") -> None:
    with fact(label):
        shown = Words(value, f"ll-fact-value {cls}")
        shown.props["title"] = shown.text  # long ones are cut to their column


class Part(Generic[Data]):
    """A region that is drawn again only when its data changed, so the rest keeps focus and scroll."""

    def __init__(self, draw: Callable[[Data], None], cls: str = "") -> None:
        self._draw = draw
        self._box = box(cls)
        self._shown: list[Data] = []

    def show(self, data: Data) -> None:
        if self._shown == [data]:
            return
        self._shown = [data]
        self._box.clear()
        with self._box:
            self._draw(data)
