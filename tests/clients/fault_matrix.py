"""Every fault of an upstream, as each SDK sees it through a real gateway, and the page that tells it:
`python -m tests.clients.fault_matrix > docs/reference/fault-matrix.md` (a minute or two).
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
from tests.clients.fault_page import ALONE, OTHER, ROUTES, SAME, Cell, Found, page
from tests.clients.faults import FAULTS, LIMIT_S, TEXT, Fault
from tests.clients.faulty_places import WELL, places
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS, Gateway, variable
from tests.clients.recordings import asked
from tests.clients.said import SAID
from tests.clients.sdks import SDKS, Heard

from leadline.triage.diagnose import Standing, diagnose
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import Observation

NEXT = {"openai": "anthropic", "anthropic": "gemini", "gemini": "openai"}
"""Who stands in across protocols."""
_ENDS = {"stop", "end_turn", "STOP"}
_TIMERS = 0.95
"""A timer may ring a little early."""
_TIMEOUTS = {"connect": LIMIT_S, "first_byte": LIMIT_S, "idle": LIMIT_S}


def cells(slugs: Iterable[str] = FAULTS) -> list[Cell]:
    """Everything that is measured: async, too, where there is one target only."""
    ways = [(route, "sync") for route in ROUTES] + [(ALONE, "async")]
    return [
        Cell(slug, sdk, streaming, route, how)
        for slug in slugs
        for streaming in FAULTS[slug].modes
        for route, how in ways
        for sdk in SDKS
    ]


def measured(wanted: list[Cell], at_once: int = 6) -> dict[Cell, Found]:
    """Runs the gateway and the upstreams, and asks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with places(folder) as (addresses, environment):
            gateway = Gateway(folder, configuration(addresses), environment)
            try:
                with ThreadPoolExecutor(at_once) as pool:
                    heard = list(pool.map(lambda cell: _ask(gateway.url, cell), wanted))
                return {c: _found(c, one, gateway) for c, one in zip(wanted, heard, strict=True)}
            finally:
                gateway.close()


def configuration(addresses: Mapping[str, str]) -> Mapping[str, Any]:
    """An account for each fault and protocol, and an alias for each way of going on from there."""
    providers: dict[str, Any] = {}
    models: dict[str, Any] = {}
    for protocol in PROVIDER_KEYS:
        account = {"type": protocol, "api_key": f"env:{variable(protocol)}"}
        providers[f"{WELL}-{protocol}"] = {**account, "base_url": f"{addresses['']}/{WELL}"}
        for slug, fault in FAULTS.items():
            address = addresses[fault.place] if fault.place else f"{addresses['']}/{slug}"
            providers[f"{slug}-{protocol}"] = {**account, "base_url": address}
            for route in ROUTES:
                models[f"{slug}-{protocol}-{route}"] = _model(slug, fault, protocol, route)
    return {
        "gateway": {"breaker": {"enabled": False}},
        "providers": providers,
        "models": models,
        "keys": [{"alias": "app", "key": f"env:{variable('app')}"}],
    }


def _model(slug: str, fault: Fault, protocol: str, route: str) -> dict[str, Any]:
    spare = {ALONE: [], SAME: [protocol], OTHER: [NEXT[protocol]]}[route]
    targets = [f"{slug}-{protocol}", *[f"{WELL}-{name}" for name in spare]]
    limits = {name: f"{seconds:g}s" for name, seconds in {**_TIMEOUTS, "total": fault.total_s}.items()}
    return {"targets": [{"provider": name, "model": "m"} for name in targets], "timeouts": limits}


def _ask(url: str, cell: Cell) -> Heard:
    question = asked(cell.sdk, stream=cell.streaming)
    question.row["streaming"] = cell.streaming
    model = f"{cell.fault}-{cell.sdk}-{cell.route}"
    return SDKS[cell.sdk].heard(cell.how, url, APP_KEY, [(question, model)])[0]


def _found(cell: Cell, heard: Heard, gateway: Gateway) -> Found:
    record = gateway.record(heard.headers["x-leadline-request-id"])
    return Found(
        saw=_saw(cell, heard),
        requests=heard.requests,
        tries=len(record.exchange.attempts),
        events=_events(record),
        waited=record.exchange.ended_at - record.exchange.started_at >= LIMIT_S * _TIMERS,
        cause=_cause(heard.headers),
    )


def _cause(headers: httpx2.Headers) -> str:
    """Only a fallback is worth telling: a retry of the same target shows among the tries."""
    if headers.get("x-leadline-selection") != "fallback":
        return ""
    return f"(fallback: {headers.get('x-leadline-selection-cause', 'unexplained')})"


def _events(record: Observation) -> tuple[str, ...]:
    """The kinds that triage writes for this request, in order."""
    rules, standing = Rules(), Standing()
    return tuple(str(event.kind) for row in rows_of(record) for event in diagnose(row, None, rules, standing))


def _saw(cell: Cell, heard: Heard) -> str:
    text, end = SAID[cell.sdk](heard.told)
    if heard.raised is not None:
        status = f" {heard.status}" if heard.status >= 400 else ""
        return f"{'text, then ' if text else ''}`{type(heard.raised).__name__}`{status}"
    if text == TEXT and end in _ENDS:
        return "answer"
    return f"{len(text)} of {len(TEXT)} characters, end {end}"


if __name__ == "__main__":
    sys.stdout.write(page(measured(cells())))
