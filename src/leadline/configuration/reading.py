"""From the text of `leadline.yaml` to a Config, or to every mistake in it with its line and cure."""

import difflib
import types
from collections.abc import Sequence
from typing import Annotated, Union, cast, get_args, get_origin

import msgspec
import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from leadline.configuration.positions import Path, Positions, locate
from leadline.configuration.section import Section
from leadline.configuration.shape import Config


class Mistake(msgspec.Struct, frozen=True, order=True):
    """`line` counts from 1. `path` is the setting, dotted. `hint` is what was probably meant."""

    line: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.path}" if self.path else "")
        return f"{where}: {self.message}" + (f" {self.hint}" if self.hint else "")


class Reading(msgspec.Struct, frozen=True):
    """`config` is None when there are mistakes; `positions` tells where each setting stands.

    `rest` is the file without its malformed parts, which `withheld` names: what else is wrong can be told in
    the same breath. It is None when nothing can be made of the file.
    """

    config: Config | None
    mistakes: tuple[Mistake, ...]
    positions: Positions
    rest: Config | None = None
    withheld: frozenset[Path] = frozenset()

    def lacks(self, section: str, name: str) -> bool:
        """The file has no such entry. One that is malformed, or under a misspelt section, is there."""
        if any(len(path) == 1 and path[0] in (section, *self._unknown()) for path in self.withheld):
            return False
        return name not in getattr(self.rest, section, ()) and (section, name) not in self.withheld

    def _unknown(self) -> list[str | int]:
        return [path[0] for path in self.withheld if path[0] not in Config.model_fields]

    def mistake(self, path: Path, message: str, hint: str = "") -> Mistake:
        return Mistake(self.positions.line(path), dotted(path), message, hint)


def read(text: str) -> Reading:
    """Parse and convert. Never raises: what is wrong stands in `mistakes`, in order of line."""
    try:
        document, positions, duplicates = locate(text)
    except yaml.YAMLError as error:
        return Reading(None, (_yaml_mistake(error),), Positions())
    except RecursionError:
        return Reading(
            None, (Mistake(1, "", "the file is nested too deeply to be a configuration."),), Positions()
        )
    mistakes = [Mistake(d.line, dotted(d.path), str(d)) for d in duplicates]
    if not isinstance(document, dict):
        sentence = "the file must be a mapping of sections such as `providers:` and `models:`"
        return Reading(None, (Mistake(1, "", sentence),), positions)
    config: Config | None = None
    withheld: frozenset[Path] = frozenset()
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
        mistakes += [_explain(detail, positions, details) for detail in details]
        config, withheld = _without(document, [_steps(detail) for detail in details])
    sound = None if mistakes else config
    return Reading(sound, tuple(sorted(set(mistakes))), positions, config, withheld)


def _without(document: dict[str, object], wrong: list[Path]) -> tuple[Config | None, frozenset[Path]]:
    """What remains when each wrong entry of a section is left out; of a list, which counts, the whole."""
    rest = {name: dict(part) if isinstance(part, dict) else part for name, part in document.items()}
    withheld = frozenset(path[:2] if isinstance(rest.get(str(path[0])), dict) else path[:1] for path in wrong)
    for path in withheld:
        part = rest.get(str(path[0]))
        if len(path) == 2 and isinstance(part, dict):
            part.pop(path[1], None)
        else:
            rest.pop(str(path[0]), None)
    try:
        return Config.model_validate(rest), withheld
    except ValidationError:
        return None, withheld


def _steps(detail: ErrorDetails) -> Path:
    return tuple(step for step in detail["loc"] if step != "[key]")


def dotted(path: Path) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def near(name: str, known: Sequence[str]) -> str:
    """`Did you mean ...?`, or the choices when nothing is near."""
    found = difflib.get_close_matches(name, known, n=1)
    if found:
        return f"Did you mean {found[0]!r}?"
    return f"Known: {', '.join(sorted(known))}." if known else ""


def _explain(detail: ErrorDetails, positions: Positions, others: list[ErrorDetails]) -> Mistake:
    path = _steps(detail)
    line = positions.line(path)
    if detail["type"] == "extra_forbidden":
        hint = near(str(path[-1]), _settings_at(path[:-1]))
        return Mistake(line, dotted(path), "there is no such setting here.", hint)
    if detail["type"] == "missing":
        stray = [
            str(o["loc"][-1]) for o in others if o["type"] == "extra_forbidden" and o["loc"][:-1] == path[:-1]
        ]
        meant = difflib.get_close_matches(str(path[-1]), stray, n=1)
        hint = f"Is {meant[0]!r} meant to be it?" if meant else ""
        return Mistake(positions.line(path[:-1]), dotted(path), "this is missing and has no default.", hint)
    if detail["type"] in ("model_type", "dict_type"):
        return Mistake(line, dotted(path), "this must be a mapping of settings.")
    message = detail["msg"]
    return Mistake(line, dotted(path), message[0].lower() + message[1:] + ".")


def _settings_at(path: Path) -> list[str]:
    """The names that the section at `path` knows."""
    kind: object = Config
    for step in path:
        kind = _inner(kind, step)
    section = _section(kind)
    return [field.alias or name for name, field in section.model_fields.items()] if section else []


def _inner(kind: object, step: str | int) -> object:
    section = _section(kind)
    if section is not None:
        fields = {field.alias or name: field.annotation for name, field in section.model_fields.items()}
        return fields.get(str(step))
    for option in _options(kind):
        arguments = get_args(option)
        if arguments:
            return arguments[-1]
    return None


def _section(kind: object) -> type[Section] | None:
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, Section):
            return option
    return None


def _options(kind: object) -> list[object]:
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [option for part in get_args(kind) for option in _options(part)]
    return [kind]


def _yaml_mistake(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    line = cast("int", mark.line) + 1 if mark is not None else 1
    problem = getattr(error, "problem", None) or "it cannot be read"
    return Mistake(line, "", f"this is not YAML: {problem}.", "Look at indentation, colons and quotes.")
