"""Runs one client library against the gateway, in that library's own environment, and prints what it made of
each call: one JSON object a line. Nothing but the standard library here.
"""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

CASES = {
    "plain": ("say", "well"),
    "stream": ("stream", "well"),
    "cut": ("stream", "cut"),
    "429": ("say", "429"),
    "503": ("say", "503"),
    "529": ("say", "529"),
    "tools": ("call", "well"),
    "structured": ("extract", "well"),
    "embeddings": ("embed", "well"),
}
"""What is tried: which function of a driver, and how the upstream behaves."""
QUESTION = "What is the weather in Paris?"
Driver = Mapping[str, Callable[..., Any]]


def run(make: Callable[[str, str, str], Driver], protocols: tuple[str, ...]) -> None:
    """`make(protocol, url, key)` gives the functions by their names; each takes the model and returns plain
    data; `stream` is a generator of texts. A case without its function is left out.
    """
    url, key = sys.argv[1:]
    for protocol in protocols:
        driver = make(protocol, url, key)
        for case, (name, behaviour) in CASES.items():
            if name in driver:
                told = _tried(driver[name], f"{behaviour}-{protocol}")
                sys.stdout.write(json.dumps({"protocol": protocol, "case": case, **told}) + "\n")


def _tried(function: Callable[..., Any], model: str) -> dict[str, Any]:
    parts: list[Any] = []
    try:
        made = function(model)
        if inspect.isasyncgen(made):
            asyncio.run(_gather(made, parts))
        elif inspect.isgenerator(made):
            parts.extend(made)
        else:
            return {"told": made, "raised": ""}
    except Exception as error:  # noqa: BLE001 - what a library raises is what is asked
        return {"told": "".join(parts), "raised": f"{type(error).__name__}: {error}"[:300]}
    return {"told": "".join(parts), "raised": ""}


async def _gather(made: Any, parts: list[Any]) -> None:
    async for part in made:
        parts.append(part)  # noqa: PERF401 - what came before an error counts
