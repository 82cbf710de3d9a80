"""What is wrong with the settings of a check or a destination, each at its own line, with what was meant."""

import difflib
import math
import re
from collections.abc import Iterator, Mapping

import msgspec

from leadline import plugs
from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading, near
from leadline.destinations import secrets

_REFERENCE = re.compile(r"(env|file):.+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://.+")
_PLACE = re.compile(r" - at `\$\.(\w+).*")


def plug_mistakes(
    reading: Reading, folder: str, name: str, settings: Mapping[str, object], at: Path
) -> Iterator[Mistake]:
    """`at` is where the settings stand; their `type` stands there or, for checks, one step above."""
    known = plugs.names(folder)
    if name not in known:
        place = at[:2]
        yield reading.mistake(
            (*place, "type"), f"there is no type {name!r} of {place[0]}.", near(name, known)
        )
        return
    kind = plugs.plug(folder, name)
    if not issubclass(kind, msgspec.Struct):
        raise TypeError(f"the plug {name} of {folder} is not a msgspec.Struct")
    found = [*_names(reading, kind, settings, at), *_values(reading, kind, settings, at)]
    yield from found or _types(reading, kind, settings, at)


def _names(
    reading: Reading, kind: type[msgspec.Struct], settings: Mapping[str, object], at: Path
) -> Iterator[Mistake]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    strays = [name for name in settings if name not in fields]
    for name in strays:
        yield reading.mistake((*at, name), "there is no such setting here.", near(name, list(fields)))
    for name, field in fields.items():
        if field.required and name not in settings:
            meant = difflib.get_close_matches(name, strays, n=1)
            hint = f"Is {meant[0]!r} meant to be it?" if meant else ""
            yield reading.mistake((*at, name), "this is missing and has no default.", hint)


def _values(
    reading: Reading, kind: type[msgspec.Struct], settings: Mapping[str, object], at: Path
) -> Iterator[Mistake]:
    hidden = secrets(kind)
    for name, value in settings.items():
        if isinstance(value, float) and not math.isfinite(value):
            # no bound holds against what is no number: a budget that is `.nan` is never spent
            yield reading.mistake((*at, name), f"{value} is no number that can be reckoned with.")
        if not isinstance(value, str) or not value or _REFERENCE.fullmatch(value):
            continue
        if name == "url":
            # an address may be secret or not, and is often written out; what was written is not repeated
            if not _ADDRESS.match(value):
                yield reading.mistake((*at, name), "the address must begin with https:// or the like.")
        elif name in hidden:
            sentence = "a secret is given by reference: write env:NAME or file:PATH, not the value."
            yield reading.mistake((*at, name), sentence)


def _types(
    reading: Reading, kind: type[msgspec.Struct], settings: Mapping[str, object], at: Path
) -> Iterator[Mistake]:
    try:
        msgspec.convert(dict(settings), type=kind)
    except msgspec.ValidationError as error:
        words = str(error)
        place = _PLACE.search(words)
        path = (*at, place[1]) if place else at
        sentence = _PLACE.sub("", words)
        yield reading.mistake(path, f"{sentence[0].lower()}{sentence[1:]}.")
