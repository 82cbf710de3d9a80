"""docs/destinations.md, written from the destinations themselves: `python -m leadline.wiring.published`."""

import inspect
import sys

import msgspec

from leadline import plugs
from leadline.destinations import Place, secrets
from leadline.wiring.destinations import DESTINATIONS

_HEAD = """# Destinations

Written by `python -m leadline.wiring.published > docs/destinations.md`; do not edit.

Each entry under `destinations:` has a name of your choice and a `type` from below. Secrets are references, \
`env:NAME` or `file:PATH`, and never shown. Try one with `leadline notify test NAME`; `--resolve` sends the \
end of the same sample. A private address needs `watch.allow_private_destinations: true`.

```yaml
destinations:
  on-call: {type: pagerduty, routing_key: env:PAGERDUTY_KEY}
  tickets: {type: linear, api_key: env:LINEAR_KEY, team_id: 5b3ad7a5-6c1e-4c1b-9a53-0f7c5e3d2a10}
  finance: {type: email, url: "smtp://mail.example.com", sender: leadline@example.com, \
recipients: [ml-costs@example.com]}
routing:
  on-call:
    - {at_least: critical}
    - {at_least: high, hours: "08:00-18:00", days: [mon-fri], timezone: Europe/Berlin}
  finance:
    - {categories: [cost], at_least: medium, features: [search, checkout]}
```

Without an entry under `routing:`, a destination hears of everything from its `at_least` on; with entries, \
of what any of them lets through. What falls outside the hours is not told later, but the next change within \
is; the end of what was told is told at any hour. With `only_pages` a destination hears what wakes people, \
with `only_outlived` what stays open for 15 minutes and what follows from there.

## Settings of all
"""

_WORDS: dict[type[msgspec.inspect.Type], str] = {
    msgspec.inspect.StrType: "text",
    msgspec.inspect.BoolType: "true or false",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.IntType: "number",
    msgspec.inspect.ListType: "list",
    msgspec.inspect.DictType: "mapping",
}


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, _explained(Place), _table(Place, frozenset())]
    shared = frozenset(field.name for field in msgspec.structs.fields(Place))
    for name in plugs.names(DESTINATIONS):
        plug = plugs.plug(DESTINATIONS, name)
        if not issubclass(plug, msgspec.Struct):
            raise TypeError(f"the destination {name} is not a msgspec.Struct")
        own = shared - _changed(plug)
        parts += [f"## {name}\n", _summary(plug), _explained(plug), _table(plug, own)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _summary(plug: type[msgspec.Struct]) -> str:
    return f"{inspect.getdoc(inspect.getmodule(plug))}\n"


def _explained(plug: type[msgspec.Struct]) -> str:
    return f"{inspect.getdoc(plug)}\n"


def _changed(plug: type[msgspec.Struct]) -> frozenset[str]:
    """Settings of all whose default is another here."""
    usual = {field.name: field.default for field in msgspec.structs.fields(Place)}
    return frozenset(
        field.name
        for field in msgspec.structs.fields(plug)
        if field.name in usual and field.default != usual[field.name]
    )


def _table(plug: type[msgspec.Struct], without: frozenset[str]) -> str:
    hidden = secrets(plug)
    rows = [
        f"| `{field.name}` | {_kind(field)}{', secret' if field.name in hidden else ''} | {_default(field)} |"
        for field in msgspec.structs.fields(plug)
        if field.name not in without
    ]
    return "\n".join(["| setting | is | default |", "|---|---|---|", *rows, ""])


def _kind(field: msgspec.structs.FieldInfo) -> str:
    """What YAML calls it, with the choices where they are few."""
    kind = msgspec.inspect.type_info(field.type)
    if isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    if isinstance(kind, msgspec.inspect.EnumType):
        return " \\| ".join(str(member.value) for member in kind.cls)
    if isinstance(kind, msgspec.inspect.LiteralType):
        return " \\| ".join(str(value) for value in kind.values)
    return _WORDS[type(kind)]


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    text = msgspec.json.encode(value).decode()
    return "" if value == "" else f"`{text}`"


if __name__ == "__main__":
    sys.stdout.write(page())
