"""The gateway as a process of its own, in front of an upstream that plays recordings."""

import socket
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

import pytest
from tests.clients.gateway_process import OTHER_KEYS, PROVIDER_KEYS, Gateway, variable
from tests.clients.recordings import asked, play_of
from tests.clients.upstream import Upstream
from tests.conftest import DATA
from tests.providers.conftest import TYPE_OF, Recorded, recorded_rows

IMPATIENT = {"first_byte": "300ms", "connect": "5s"}


@pytest.fixture(scope="session")
def recordings(data, upstream) -> list[Recorded]:
    """All recorded exchanges of the protocols we speak, each ready to be played under its id."""
    rows = list(recorded_rows(data))
    upstream.plays |= {row.id: play_of(row) for row in rows}
    return rows


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    upstream.plays |= {row.id: play_of(row) for row in map(asked, PROVIDER_KEYS)}
    yield upstream
    upstream.close()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, upstream) -> Iterator[Gateway]:
    """Recorded models under their own names and as `recorded-NAME`; `plain-`, `slow-` and `closed-TYPE`;
    `TYPE-then-TYPE` has a fallback that speaks another protocol.
    """
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # held, but not listening
        gateway = Gateway(
            tmp_path_factory.mktemp("gateway"),
            configuration(upstream.url, f"http://127.0.0.1:{nobody.getsockname()[1]}"),
        )
        yield gateway
        gateway.close()


def configuration(upstream: str, nobody: str) -> Mapping[str, Any]:
    providers: dict[str, Any] = {}
    models: dict[str, Any] = _recorded_models()
    for name in PROVIDER_KEYS:
        account = {"type": name, "api_key": f"env:{variable(name)}"}
        providers |= {
            name: {**account, "base_url": upstream},
            f"closed-{name}": {**account, "base_url": nobody},
        }
        models |= {
            f"plain-{name}": {"targets": [{"provider": name, "model": "m"}]},
            f"slow-{name}": {"targets": [{"provider": name, "model": "m"}], "timeouts": IMPATIENT},
            f"closed-{name}": {"targets": [{"provider": f"closed-{name}", "model": "m"}]},
        }
    for one, other in permutations(PROVIDER_KEYS, 2):
        targets = [{"provider": name, "model": "m"} for name in (one, other)]
        models[f"{one}-then-{other}"] = {"targets": targets}
    for model in models.values():
        model["retries"] = 0  # pauses between tries would only take time here
    limited = [
        {"alias": name, "key": f"env:{variable(name)}", "requests_per_minute": 1} for name in OTHER_KEYS
    ]
    return {
        "gateway": {"max_body": "1MB"},
        "providers": providers,
        "models": models,
        "keys": [{"alias": "app", "key": f"env:{variable('app')}", "tenant": "acme"}, *limited],
    }


def _recorded_models() -> dict[str, Any]:
    """One model may have been asked for in several protocols: then it has a target for each."""
    spoken = {
        (str(row.facts["model_requested"]), TYPE_OF[row.row["api"]])
        for row in (recorded_rows(DATA) if DATA.is_dir() else ())
        if row.facts["model_requested"]
    }
    models: dict[str, Any] = {}
    for model, kind in sorted(spoken):
        for alias in (model, f"recorded-{model}"):
            targets = models.setdefault(alias, {"targets": []})["targets"]
            targets.append({"provider": kind, "model": model})
    return models
