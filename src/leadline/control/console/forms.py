"""Small native forms: all fields arrive when they are sent, and the visitor's name is remembered."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from leadline.control.console.marks import Words, box

Fields = Mapping[str, str]
_ALL_FIELDS = "(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.target))) }"
_REMEMBERED_NAME = "() => emit(localStorage.getItem('leadline_name') || '')"
ANONYMOUS = "admin"


def form(label: str, on_send: Callable[[Fields], Awaitable[None]]) -> Element:
    """Use as a context and put the fields inside."""
    whole = box("ll-form", "form").props(f'aria-label="{label}"')

    async def sent(event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        await on_send({str(name): str(value).strip() for name, value in given.items()})

    whole.on("submit", sent, js_handler=_ALL_FIELDS)
    return whole


def your_name() -> None:
    """The field `by`; the browser fills in what was given last."""
    with box("ll-choice", "label"):
        Words("Your name")
        box("", "ll-name")


def note_field(hint: str) -> None:
    with box("ll-choice ll-choice-wide", "label"):
        Words("Note")
        box("", "input").props(f'name=reason maxlength=300 autocomplete=off placeholder="{hint}"')


def text_field(name: str, label: str, text: str = "", *, long: bool = False) -> None:
    """`long` = of several lines."""
    with box("ll-choice ll-choice-wide", "label"):
        Words(label)
        if long:
            area = Words(text, "ll-area mono", "textarea").props("rows=10 spellcheck=false")
            area.props["name"] = name
        else:
            field = box("", "input").props("maxlength=200 autocomplete=off")
            field.props["name"], field.props["value"] = name, text


def choice_field(name: str, label: str, options: Mapping[str, str]) -> None:
    """`options` are words by value, the first is chosen."""
    with box("ll-choice", "label"):
        Words(label)
        with box("", "select").props(f"name={name}"):
            for value, word in options.items():
                Words(word, "", "option").props["value"] = value


def decision_form(
    title: str,
    consequence: str,
    on: tuple[Callable[[Fields], Awaitable[None]], Callable[[], None]],
    hint: str,
    more: Callable[[], None] = lambda: None,
) -> None:
    """Asks once more before it is sent: what it will do, who decides and why; `more` draws further fields.

    `on` is what sends it and what calls it off.
    """
    send, call_off = on
    with form(title, send):
        Words(consequence, "ll-form-words", "p")
        your_name()
        more()
        note_field(hint)
        with box("ll-form-end"):
            send_button(title)
            button("Cancel", call_off, "ll-quiet")


def send_button(word: str, cls: str = "ll-button ll-button-main") -> None:
    Words(word, cls, "button").props("type=submit")


def button(word: str, on_press: Callable[[], None], cls: str = "ll-button") -> Element:
    pressed = Words(word, cls, "button").props("type=button")
    pressed.on("click", on_press)
    return pressed


def named_button(word: str, on_press: Callable[[str], Awaitable[None]], cls: str = "ll-button") -> Element:
    """Tells who pressed it: the name that the browser remembers."""

    async def told(event: GenericEventArguments) -> None:
        await on_press(str(event.args or "").strip()[:100] or ANONYMOUS)

    pressed = Words(word, cls, "button").props("type=button")
    pressed.on("click", told, js_handler=_REMEMBERED_NAME)
    return pressed


Said = tuple[bool, str]
"""Well or not, and the sentence."""


def draw_said(said: Said) -> None:
    well, sentence = said
    if sentence:
        Words(sentence, f"ll-said {'ll-said-well' if well else 'll-said-bad'}", "div").props("role=status")
