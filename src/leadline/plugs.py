"""Find a plug by its file name: `type: openai` under providers is leadline/providers/openai.py.

A plug is one class whose fields are its settings, exported as `PLUG`. Adding one adds one file.
"""

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Mapping

import msgspec


class UnknownPlug(LookupError):
    """No file of that name in the folder."""


def build(folder: str, settings: Mapping[str, object]) -> object:
    """Build the plug named by `settings["type"]`, its other settings checked against its fields.

    Raises UnknownPlug, or msgspec.ValidationError naming the setting that is wrong.
    """
    name = str(settings["type"])
    fields = {key: value for key, value in settings.items() if key != "type"}
    return msgspec.convert(fields, type=plug(folder, name))


def plug(folder: str, name: str) -> type[object]:
    """The class that the file exports. Raises UnknownPlug with the nearest names."""
    known = names(folder)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownPlug(f"there is no {name!r} in {folder}; it has {', '.join(known)}.{hint}")
    found: type[object] = importlib.import_module(f"{folder}.{name}").PLUG
    return found


@functools.cache
def names(folder: str) -> tuple[str, ...]:
    """In alphabetical order, as they lay in the folder when they were first asked for."""
    package = importlib.import_module(folder)
    files = pkgutil.iter_modules(package.__path__)
    return tuple(sorted(m.name for m in files if not (m.ispkg or m.name.startswith("_"))))
