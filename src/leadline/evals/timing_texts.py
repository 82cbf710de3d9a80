"""Texts to time checks on: reports, tables, passages, chat and JSON of a given size, no two alike."""

import itertools
import json
import random
from collections.abc import Callable, Iterable, Iterator

import msgspec

_ITEMS = (
    "revenue", "operating income", "net income", "gross profit", "order intake", "marketing expenses",
    "research and development", "personnel costs", "free cash flow", "capital expenditure", "inventories",
    "deferred taxes", "trade receivables", "interest paid", "licence fees", "service revenue",
)  # fmt: skip
_HOUSES = ("Northwind", "Halden", "Brightwater", "Norvik", "Calloway", "Perrault", "Lindqvist", "Osterman")
_TRADES = ("Energy", "Systems", "Holdings", "Foods", "Logistics", "Instruments", "Textiles", "Shipping")
_PLACES = ("Geneva", "Bergen", "Porto", "Tartu", "Graz", "Leuven", "Malmo", "Cork", "Basel", "Turin")
_PEOPLE = ("Ingrid Solheim", "Marc Feld", "Elena Petrova", "Tom Okonkwo", "Ana Ribeiro", "Jean Dupont")
_THINGS = (
    "spare parts", "heat pumps", "winter coats", "cold storage", "hospital beds", "rail freight",
    "measuring cells", "garden tools", "grain silos", "office chairs",
)  # fmt: skip
_PLAIN = (
    "The board of {house} met in {place} and approved the plan for the coming season.",
    "Demand for {things} held up well, although customers in {place} ordered later than they used to.",
    "{person}, who runs the plant in {place}, expects that the new line will be ready before summer.",
    "Deliveries of {things} were late because the harbour of {place} was closed for repairs.",
    "Analysts had expected less, and the shares of {house} rose when the figures were published.",
    "The company sells {things} to hospitals, schools and small shops, mostly through its own agents.",
    "It bought a workshop in {place} that makes {things}, and will keep the people who work there.",
    "{person} told the meeting that prices for {things} will stay where they are.",
    "Suppliers of {house} have agreed to longer contracts, which should keep the costs of {things} steady.",
    "Nobody knows yet how the rules on {things} will change, so {house} waits before it invests.",
)
_TOLD = (
    "{Item} reached ${value} million in {year}, {share} percent more than a year before.",
    "In {year}, {item} was ${value} million, or {share} % of the total.",
    "{house} reported {item} of ${value} million for {year}.",
    "The {item} of {year} came to ${value} million, after a weak start.",
)
_SAID_AGAIN = (
    "In {year} the {item} was ${value} million.",
    "The report puts {item} at ${value} million for {year}.",
    "{Item} came to ${value} million in {year}, which the board had expected.",
)


class Text(msgspec.Struct, frozen=True, gc=False):
    """What a model was asked and what it answered. `schema_json`: the form in which it had to."""

    kind: str
    prompt: str
    context: str
    answer: str
    schema_json: bytes | None = None


def texts(source_chars: int, answer_chars: int, seed: int) -> Iterator[Text]:
    """Without end, the kinds in turn. The source, which is prompt and context, is just below its size, but in
    chat, which has none.
    """
    for number in itertools.count():
        draw = random.Random(seed * 1_000_003 + number)  # noqa: S311 - a seed makes the texts repeat
        kind, make = _KINDS[number % len(_KINDS)]
        yield make(kind, draw, source_chars, answer_chars)


def _report(kind: str, draw: random.Random, source_chars: int, answer_chars: int) -> Text:
    """Prose in which every second sentence holds figures, and an answer that says some of them again."""
    prompt = "Summarise the report in a few sentences for the board, please."
    house, lines = _house(draw), source_chars // 200
    facts, plain = _facts(draw, house, lines), [_plain(draw, house) for _ in range(lines)]
    told = [draw.choice(_TOLD).format(**fact) for fact in facts]
    context = _filled(source_chars - len(prompt) - 1, _in_turn(told, plain))
    said = (draw.choice(_SAID_AGAIN).format(**fact) for fact in itertools.cycle(facts))
    return Text(kind, prompt, context, _filled(answer_chars, _in_turn(said, itertools.cycle(plain))))


def _table(kind: str, draw: random.Random, source_chars: int, answer_chars: int) -> Text:
    """A table of items and years, and an answer that tells of them."""
    prompt = "What does the statement say of the last years?"
    years = [str(year) for year in range(2020, 2025)]
    lines = [
        "Consolidated statement, in USD million",
        "",
        f"| Item | {' | '.join(years)} |",
        "|---|---|---|---|---|---|",
    ]
    facts: list[dict[str, str]] = []
    for fact in _facts(draw, _house(draw), source_chars // 60):
        values = [_amount(draw) for _ in years]
        line = f"| {fact['Item']} | {' | '.join(values)} |"
        if sum(map(len, lines)) + len(lines) + len(line) > source_chars - len(prompt) - 1:
            break
        lines.append(line)
        facts += [{**fact, "year": year, "value": value} for year, value in zip(years, values, strict=True)]
    said = (draw.choice(_SAID_AGAIN).format(**draw.choice(facts)) for _ in itertools.count())
    return Text(kind, prompt, "\n".join(lines), _filled(answer_chars, said))


def _passages(kind: str, draw: random.Random, source_chars: int, answer_chars: int) -> Text:
    """What a search has found, with names and few figures, and an answer made of it."""
    prompt = "What do these passages say of the company?"
    plain = [_plain(draw, _house(draw)) for _ in range(source_chars // 110)]
    numbered = (f"\n\nPassage {n}: {one}" if n % 4 == 0 else one for n, one in enumerate(plain))
    context = _filled(source_chars - len(prompt) - 1, numbered)
    return Text(kind, prompt, context, _filled(answer_chars, (draw.choice(plain) for _ in itertools.count())))


def _chat(kind: str, draw: random.Random, _source_chars: int, answer_chars: int) -> Text:
    """A question without anything to lean on, and prose as the answer."""
    plain = (_plain(draw, _house(draw)) for _ in itertools.count())
    return Text(
        kind, f"What is worth knowing about {draw.choice(_THINGS)}?", "", _filled(answer_chars, plain)
    )


def _data(kind: str, draw: random.Random, source_chars: int, answer_chars: int) -> Text:
    """The facts of a table as the JSON that was asked for."""
    table = _table(kind, draw, source_chars - len(_SCHEMA), answer_chars)
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.context.split("\n")[4:]]
    facts: list[dict[str, str | float]] = []
    for item, *values in itertools.cycle(cells):
        facts.append({"item": item, "value": float(draw.choice(values).replace(",", ""))})
        if len(json.dumps({"facts": facts})) > answer_chars - 60:
            break
    return Text(kind, table.prompt, table.context, json.dumps({"facts": facts}), _SCHEMA)


_KINDS: tuple[tuple[str, Callable[[str, random.Random, int, int], Text]], ...] = (
    ("report", _report),
    ("table", _table),
    ("passages", _passages),
    ("chat", _chat),
    ("data", _data),
)
_SCHEMA = json.dumps(
    {
        "type": "object",
        "required": ["facts"],
        "properties": {
            "facts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "item": {"type": "string"},
                        "year": {"type": "integer"},
                        "value": {"type": "number"},
                    },
                },
            }
        },
    }
).encode()


def _facts(draw: random.Random, house: str, most: int) -> list[dict[str, str]]:
    """Each with a label of its own, so that no fact contradicts another."""
    labels = [f"{item} in {place}" for item in _ITEMS for place in _PLACES]
    draw.shuffle(labels)
    return [
        {
            "item": label,
            "Item": label[:1].upper() + label[1:],
            "house": house,
            "value": _amount(draw),
            "year": str(draw.randint(2018, 2025)),
            "share": f"{draw.randint(11, 399) / 10}",
        }
        for label in labels[:most]
    ]


def _amount(draw: random.Random) -> str:
    return f"{draw.randint(101, 29_999) / 10:,.1f}"


def _house(draw: random.Random) -> str:
    return f"{draw.choice(_HOUSES)} {draw.choice(_TRADES)}"


def _plain(draw: random.Random, house: str) -> str:
    return draw.choice(_PLAIN).format(
        house=house, place=draw.choice(_PLACES), person=draw.choice(_PEOPLE), things=draw.choice(_THINGS)
    )


def _in_turn(one: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    return itertools.chain.from_iterable(zip(one, other, strict=False))


def _filled(chars: int, sentences: Iterator[str]) -> str:
    """As many whole sentences as fit, at least one."""
    kept, size = [next(sentences)], 0
    for sentence in sentences:
        size += len(kept[-1]) + 1
        if size + len(sentence) > chars:
            break
        kept.append(sentence)
    return " ".join(kept)
