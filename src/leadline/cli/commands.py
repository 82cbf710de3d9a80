"""The commands. Each says in a sentence what went wrong, and loads only what it needs."""

import gc
from collections.abc import Mapping
from typing import Annotated

import typer

from leadline import __version__
from leadline.cli.afterwards import postmortem, replay, triage
from leadline.cli.anonymising import anonymise
from leadline.cli.auditing import audit
from leadline.cli.breaker_holds import breaker
from leadline.cli.breakers import breakers
from leadline.cli.checks import checks
from leadline.cli.config_diff import config_commands
from leadline.cli.guardrails import guardrails
from leadline.cli.jobs import jobs
from leadline.cli.notify import notify
from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.cli.orders import ack, resolve, silence, silences, unsilence
from leadline.cli.policies import policy
from leadline.cli.reviews import reviews
from leadline.cli.routes import route
from leadline.cli.wire import wire
from leadline.vocabulary import DataLayout, Query

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Watch = Annotated[bool, typer.Option("--watch", help="Follow, until Ctrl-C.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many rows at most.")]


for command in (
    replay,
    triage,
    postmortem,
    ack,
    resolve,
    silence,
    unsilence,
    silences,
    audit,
    breakers,
    jobs,
    anonymise,
):
    app.command()(command)


app.add_typer(notify, name="notify")
app.add_typer(route, name="route")
app.add_typer(breaker, name="breaker")
app.add_typer(policy, name="policy")
app.add_typer(config_commands, name="config")
app.add_typer(wire, name="wire")
app.add_typer(checks, name="checks")
app.add_typer(guardrails, name="guardrails")
app.add_typer(reviews, name="reviews")


def main() -> None:
    """The console script."""
    gc.freeze()  # what is loaded stays: the collection at the end, a fifth of a short command, passes it by
    app()


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"leadline {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """A gateway for LLM calls that notices when the system fails silently."""
    del version


@app.command()
def up(
    config: ConfigFile = "leadline.yaml",
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Simulated providers and traffic; no key needed.")
    ] = False,
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after so long.")] = None,
) -> None:
    """Run the whole house: gateway, watch and console, until Ctrl-C."""
    from leadline.cli.running import run_house  # noqa: PLC0415 - heavy, and of no use to the others

    raise typer.Exit(run_house(config, demo=demo, seconds=seconds))


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="The file to look at.")] = "leadline.yaml",
    *,
    as_json: AsJson = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the file instead.")
    ] = False,
) -> None:
    """Name every mistake of a configuration, its line, and what was probably meant."""
    from leadline.cli.checking import check_file  # noqa: PLC0415

    if schema:
        from leadline.configuration.published import schema_text  # noqa: PLC0415

        typer.echo(schema_text(), nl=False)
        raise typer.Exit

    raise typer.Exit(check_file(file, as_json=as_json))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def gateway(context: typer.Context) -> None:
    """Run one gateway worker by itself."""
    from leadline.wiring.gateway import main as run  # noqa: PLC0415 - the worker must not load the others

    raise typer.Exit(run(context.args))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def watch(context: typer.Context) -> None:
    """Run the watch by itself."""
    from leadline.wiring.watch import main as run  # noqa: PLC0415

    raise typer.Exit(run(context.args))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def control(context: typer.Context) -> None:
    """Run the control API and the console by themselves."""
    from leadline.wiring.control import main as run  # noqa: PLC0415

    raise typer.Exit(run(context.args))


@app.command()
def incidents(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    status: Annotated[str | None, typer.Option(help="open or resolved")] = None,
    category: Annotated[str | None, typer.Option(help="provider, quality, cost, security or data")] = None,
    limit: Limit = 50,
    *,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Incidents, newest first."""
    wanted = {"status": status, "category": category}
    _show(Query.INCIDENTS, wanted, layout_of(config, data_dir), limit, (watch, as_json))


@app.command()
def events(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    incident: Annotated[str | None, typer.Option(help="Only those of one incident, by its id.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as provider.outage.")] = None,
    limit: Limit = 50,
    *,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Failure events, newest first."""
    wanted = {"incident_id": incident, "kind": kind}
    _show(Query.EVENTS, wanted, layout_of(config, data_dir), limit, (watch, as_json))


@app.command()
def requests(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    outcome: Annotated[str | None, typer.Option(help="ok, failed, cancelled or rejected")] = None,
    provider: Annotated[str | None, typer.Option(help="Only those this provider answered.")] = None,
    limit: Limit = 50,
    *,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Requests, newest first: who answered, why, how fast, at what cost."""
    wanted = {"outcome": outcome, "provider": provider}
    _show(Query.REQUESTS, wanted, layout_of(config, data_dir), limit, (watch, as_json))


@app.command()
def feedback(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    feature: Annotated[str | None, typer.Option(help="Only on answers of this feature.")] = None,
    limit: Limit = 50,
    *,
    negative: Annotated[bool, typer.Option("--negative", help="Only what people did not like.")] = False,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """What people said of answers, newest first."""
    wanted: dict[str, str | bool | None] = {"feature": feature, "negative": True if negative else None}
    _show(Query.FEEDBACK, wanted, layout_of(config, data_dir), limit, (watch, as_json))


def _show(
    query: Query,
    wanted: Mapping[str, str | bool | None],
    layout: DataLayout,
    limit: int,
    how: tuple[bool, bool],
) -> None:
    from leadline.cli.showing import show  # noqa: PLC0415

    follow, as_json = how
    arguments: dict[str, object] = {name: value for name, value in wanted.items() if value is not None}
    problem = show(query, arguments, layout, limit=limit, follow=follow, as_json=as_json)
    if problem:
        fail(problem, WRONG)
