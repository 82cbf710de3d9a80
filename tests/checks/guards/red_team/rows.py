"""Reads the texts of this folder, and hides attacks in the ways that attackers use."""

import base64
import codecs
import random
import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path

_FOLDER = Path(__file__).parent
_LEET = str.maketrans("oieastg", "0134579")
_TWINS = str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")
LANGUAGES = ("de", "fr", "es", "zh", "ru")


def classes(name):
    """The lines of a file under their headings."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            lines = found.setdefault(line[3:], [])
        elif line:
            lines.append(line)
    return found


def _wide(text):
    return "".join(chr(0xFEE0 + ord(one)) if "!" <= one <= "~" else one for one in text)


def _based(text):
    return base64.b64encode(text.encode()).decode()


def _spaced(text):
    return "  ".join(" ".join(word) for word in text.split())


_CODES = (
    ". - .. .- -. -- ... ..- .-. .-- -.. -.- --. --- .... ...- ..-. .-.. .--. "
    ".--- -... -..- -.-. -.-- --.. --.-"
)
_MORSE = dict(zip("etianmsurwdkgohvflpjbxcyzq", _CODES.split(" "), strict=True))


def _in_morse(text):
    words = re.findall(r"[a-z]+", text.lower())
    return " / ".join(" ".join(_MORSE[letter] for letter in word) for word in words)


HIDINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "base64": _based,
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "each word backwards": lambda text: " ".join(word[::-1] for word in text.split(" ")),
    "morse": _in_morse,
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "hex by bytes": lambda text: text.encode().hex(" "),
    "decimal": lambda text: ", ".join(map(str, text.encode())),
    "base64 twice": lambda text: _based(_based(text)),
    "base64 of rot13": lambda text: _based(codecs.encode(text, "rot13")),
    "struck through": lambda text: "".join(f"{one}\u0336" for one in text),
    "soft hyphens": "\u00ad".join,
    "hyphens": "-".join,
    "leet": lambda text: text.translate(_LEET),
    "url": urllib.parse.quote,
    "homoglyphs": lambda text: text.translate(_TWINS),
    "zero width": "\u200b".join,
    "tags": lambda text: "".join(chr(0xE0000 + ord(one)) for one in text if one.isascii()),
    "full width": _wide,
    "spaced": _spaced,
    "a word a line": lambda text: text.replace(" ", "\n"),
    "html comment": lambda text: f"<!-- {text} -->",
    "markdown": lambda text: f"> **{text}**",
    "html entities": lambda text: "".join(f"&#{ord(one)};" for one in text),
}


def within(document, order, seed):
    """The lines of a document with the order as one of them."""
    at = random.Random(seed).randrange(len(document) + 1)  # noqa: S311 - chance, not secrecy
    return "\n".join([*document[:at], order, *document[at:]])
