"""Builds the deep checks that the watch runs: those of the configuration, else the cheap ones."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from leadline import plugs
from leadline.checks.deep import DeepCheck, DeepPlug, DeepTools, ReadFile, Unavailable
from leadline.configuration.shape import Config
from leadline.measures.embeddings import Vectors, embed
from leadline.vocabulary import DataLayout
from leadline.watch.asking_gateway import GatewayAsker
from leadline.watch.deep_loop import DeepChecks
from leadline.watch.outbound import Sender
from leadline.wiring.listening import address

CHECKS = "leadline.checks.deep"
_ASKED_WITHIN_S = 55.0


def asks_models(config: Config) -> bool:
    """Whether a deep check of the configuration asks models through the gateway."""
    return any(_kind(check.type).slow for check in config.deep_checks or ())


def deep_checks_of(config: Config, tools: DeepTools) -> DeepChecks:
    """A check that lacks what it needs is named among the unavailable; the others work."""
    wanted: dict[str, Mapping[str, object]] = {
        check.type: check.settings for check in config.deep_checks or ()
    }
    asked_for = frozenset(wanted)
    if config.deep_checks is None:
        wanted = {name: {} for name in plugs.names(CHECKS) if _kind(name).by_default}
    checks: dict[str, DeepCheck] = {}
    unavailable: dict[str, str] = {}
    for name, settings in wanted.items():
        plug = cast("DeepPlug", plugs.build(CHECKS, {**settings, "type": name}))
        try:
            checks[name] = plug.start(tools)
        except Unavailable as error:
            unavailable[name] = str(error)
    slow = frozenset(name for name in checks if _kind(name).slow)
    return DeepChecks(checks=checks, slow=slow, asked_for=asked_for, unavailable=unavailable)


def deep_tools(config: Config, layout: DataLayout, clock: Callable[[], float], folder: Path) -> DeepTools:
    """`folder` is that of the configuration, where the files that checks name are."""
    host, port = address(config.gateway.listen)
    near = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104
    send = Sender(allow_private=True, timeout_s=_ASKED_WITHIN_S)
    return DeepTools(
        embed=_embed,
        ask=GatewayAsker(f"http://{near}:{port}", Path(layout.judge_key), send),
        clock=clock,
        read_file=reading_in(folder),
    )


def reading_in(folder: Path) -> ReadFile:
    def read(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    return read


def _embed(texts: Sequence[str]) -> Vectors:
    try:
        return embed(texts)
    except ImportError as error:
        raise Unavailable(f"{error}; `pip install --force-reinstall wordllama` brings it") from error


def _kind(name: str) -> type[DeepPlug]:
    return cast("type[DeepPlug]", plugs.plug(CHECKS, name))
