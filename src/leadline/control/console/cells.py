"""Values as people read them: numbers with units, and the parts a table cell is made of."""

from typing import TypedDict


class Part(TypedDict, total=False):
    """`t` text, `c` CSS classes, `h` hint; or `at` (Unix seconds) with `mode`; or `share` (0..1) of a bar.
    With `act` it is a button that names what is to be done.
    """

    t: str
    c: str
    h: str
    at: float
    mode: str
    share: float
    act: str


Cell = list[Part]
NOTHING = "\u2013"


def text(value: object, cls: str = "", hint: str = "") -> Part:
    return {"t": plain(value), "c": cls, "h": plain(hint)}


def action(word: str, act: str, hint: str = "") -> Part:
    """A button; the table tells which row and which `act`."""
    return {"t": word, "act": act, "c": "ll-act", "h": hint}


def time_at(at: object, mode: str = "stamp", cls: str = "") -> Part:
    """A time that the browser writes in its own zone; `mode`: clock, stamp, ago, lasting, both."""
    return {"at": number(at), "mode": mode, "c": cls}


def plain(value: object) -> str:
    """Text whose invisible characters are shown: a terminal code or a turned direction cannot hide.

    Whoever renders it must still treat it as text; nothing here makes it safe as markup.
    """
    return "".join(_visible(character) for character in str("" if value is None else value))


def _visible(character: str) -> str:
    code = ord(character)
    if (code < 0x20 and character not in "\n\t") or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    turned = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return f"\\u{code:04x}" if turned else character


def number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def milliseconds(value: object) -> str:
    """`31 us`, `0.4 ms`, `212 ms`, `1.84 s`, `1 min 12 s`."""
    if not isinstance(value, int | float):
        return NOTHING
    if 0 < value < 0.1:
        return f"{value * 1000:.0f} us"
    if value < 10:
        return f"{value:.1f} ms"
    if value < 1000:
        return f"{value:.0f} ms"
    return f"{value / 1000:.2f} s" if value < 60_000 else lasting(value / 1000)


def lasting(seconds: float) -> str:
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        rest = f" {whole % 60} s" if whole < 600 and whole % 60 else ""
        return f"{whole // 60} min{rest}"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def count(value: object) -> str:
    """Whole numbers in groups of three; a dash when unknown."""
    return f"{value:,.0f}" if isinstance(value, int | float) else NOTHING


def counted(value: int, one: str) -> str:
    """`1 incident`, `12 incidents`."""
    return f"{count(value)} {one}{'' if value == 1 else 's'}"


def short_count(value: object) -> str:
    """`980`, `9.1k`, `1.2M`."""
    if not isinstance(value, int | float):
        return NOTHING
    if value < 1000:
        return f"{value:.0f}"
    return f"{value / 1000:.1f}k" if value < 1_000_000 else f"{value / 1_000_000:.1f}M"


def dollars(value: object) -> str:
    """Cents from a dollar on; below, as many digits as a single call of a small model needs."""
    if not isinstance(value, int | float):
        return NOTHING
    if value >= 1:
        return f"${value:,.2f}"
    return f"${value:.6f}" if 0 < value < 0.001 else f"${value:.4f}"


def share(value: float) -> str:
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


def figure(value: object) -> str:
    """Any measured value: floats to four significant digits, whole numbers in groups."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return plain(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
