"""The shape of `leadline.yaml`: one model per section, every default safe on a laptop."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leadline.configuration.policy_shape import GuardrailsSection, ToolPolicySection
from leadline.configuration.section import Section
from leadline.configuration.units import Days, Duration, HoursOfDay, SecretRef, Size, TimeZone
from leadline.vocabulary import FailureCategory, Severity, TrafficClass

Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Category = Annotated[FailureCategory, Field(strict=False)]


class BreakerSection(Section):
    """When a target is left alone, and for how long. `hard_in_a_row` hard failures open it, or `window_min`
    failures within `window` that are `window_share` of its calls; each failed probe doubles `open_for` up to
    `longest_open`. A refused key or model waits `parked_for` to `longest_parked`. A rate limit holds its
    target back for as long as the provider asks, at most `longest_hold`. With `probes`, the targets of a
    provider with an open incident are asked for one token every quarter of a minute.
    """

    enabled: bool = True
    probes: bool = True
    hard_in_a_row: Count = 3
    window: Duration = 30.0
    window_min: Count = 10
    window_share: Share = 0.5
    open_for: Duration = 5.0
    longest_open: Duration = 60.0
    parked_for: Duration = 60.0
    longest_parked: Duration = 600.0
    settled_after: Duration = 60.0
    longest_hold: Duration = 60.0


class GatewaySection(Section):
    """Where applications connect. `workers: 0` means one per core."""

    listen: str = "127.0.0.1:8600"
    workers: Annotated[int, Field(ge=0, le=256)] = 1
    max_body: Size = 20_000_000
    spool_limit: Size = 1_000_000_000
    drain: Duration = 30.0
    behind_proxy: bool = False
    breaker: BreakerSection = BreakerSection()


class RulesSection(Section):
    """Numbers of the incident rules. `time_scale` shrinks every duration (the demo runs at 0.1).

    `overrides` sets single rules by name, before scaling.
    """

    time_scale: Share = 1.0
    overrides: dict[str, float] = {}


class RetrievalSection(Section):
    """The mean retrieval score of a feature: what is usual, and below what it is a failure (0 to 1)."""

    usual: Share
    threshold: Share

    @model_validator(mode="after")
    def _usual_is_well(self) -> Self:
        if self.threshold >= self.usual:
            raise ValueError("the usual score must lie above the threshold")
        return self


class BaselineSection(Section):
    """What is normal until enough is learnt. A rule whose figure is absent here is off, but for quality.

    `quality` holds failure shares from 0 to 1 by check or by what it finds (`hallucination`, `format`,
    `coherence`, ...), `cost_per_min` US dollars and `retrieval` scores by feature, `p99` the usual latency by
    model or `provider/model`, `mitigation` what softens a category's failures: 0 blocked or automatic, 1
    degraded, 2 manual, 3 none.
    """

    quality: dict[str, Share] = {}
    cost_per_min: dict[str, Annotated[float, Field(gt=0)]] = {}
    retrieval: dict[str, RetrievalSection] = {}
    p99: dict[str, Duration] = {}
    mitigation: dict[Category, Annotated[int, Field(ge=0, le=3)]] = {}


class WatchdogSection(Section):
    """A sign of life to the destination of that name every so often; that place hears nothing else."""

    destination: str
    every: Duration = 60.0


class WatchSection(Section):
    """The lookout: its metrics page, its rules, how long facts are kept."""

    listen: str = "127.0.0.1:8602"
    rules: RulesSection = RulesSection()
    baseline: BaselineSection = BaselineSection()
    keep_facts: Duration = 14 * 86_400.0
    keep_rollups: Duration = 400 * 86_400.0
    behind_proxy: bool = False
    allow_private_destinations: bool = False
    watchdog: WatchdogSection | None = None


class ControlSection(Section):
    """The console and its API. `hosts` are further names under which people open it."""

    listen: str = "127.0.0.1:8601"
    hosts: list[str] = []
    behind_proxy: bool = False


class SupervisorSection(Section):
    """Whoever runs `leadline up`: the metrics of the processes themselves, on loopback."""

    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 8603


class TlsSection(Section):
    """PEM files for an upstream of one's own: `ca_file` is believed instead of the machine's authorities,
    `certificate` with `key` is shown to those who ask who calls. They are read again when they change.
    """

    ca_file: str = ""
    certificate: str = ""
    key: str = ""


class ProviderSection(Section):
    """An upstream account. `type` is a file in leadline/providers, `settings` are its fields.

    `provider` is the name in incidents and metrics, by default the section's own.
    """

    type: str
    api_key: SecretRef
    base_url: str | None = None
    provider: str | None = None
    region: str = "global"
    key_alias: str = "default"
    tls: TlsSection | None = None
    settings: dict[str, object] = {}


class TargetSection(Section):
    """One place that can answer for an alias. `model` is the upstream's name, by default the alias.

    Neighbours that have a `weight` and the same `priority` share the load in that proportion; 0 is asked only
    when the others fail. A target without a weight stands alone. `requests_per_minute` and
    `tokens_per_minute` are what the provider allows, for the early warning where it does not say so itself
    (Google).
    """

    provider: str
    model: str | None = None
    weight: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] = 0
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None


class TimeoutsSection(Section):
    """`idle` is the longest silence inside an answer."""

    connect: Duration = 5.0
    first_byte: Duration = 60.0
    idle: Duration = 60.0
    total: Duration = 600.0


Rung = dict[str, object]


class FallbackSection(Section):
    """What stands in when no target gives a usable answer: rungs in order, by what went wrong.

    A rung is a mapping: `type` is a file in leadline/policy/rungs, the others are its fields. `default`
    stands for `error`, `rate_limit` and `all_open` where they are absent. With `all_open` (all breakers are)
    or `default`, no open target is asked as a last resort.
    """

    error: list[Rung] | None = None
    rate_limit: list[Rung] | None = None
    validation: list[Rung] | None = None
    quality: list[Rung] | None = None
    guardrail: list[Rung] | None = None
    all_open: list[Rung] | None = None
    default: list[Rung] | None = None


class ModelSection(Section):
    """An alias that clients ask for: the first target is the primary, the others follow in order.

    `retries` counts further tries on the same target, over the whole request. `sticky` keeps each user or key
    with one of the targets that share the load. `translate: false` asks only targets that speak the client's
    protocol. `sla` is the p99 latency above which the provider counts as slow. `policies` are guardrails, as
    under `guardrails:`. `empty_answers`: whether an answer that was billed and holds nothing is an `error`,
    for which the next target is asked, or may `pass`; it is noted as `quality.empty` either way.
    """

    targets: Annotated[list[TargetSection], Field(min_length=1)]
    sticky: Literal["user", "key"] | None = None
    translate: bool = True
    retries: Annotated[int, Field(ge=0, le=10)] = 1
    timeouts: TimeoutsSection = TimeoutsSection()
    sla: Duration | None = None
    fallback: FallbackSection = FallbackSection()
    policies: list[str] = []
    empty_answers: Literal["error", "pass"] = "error"


class KeySection(Section):
    """A gateway key: by reference (`key`), or by its SHA-256 alone. The tenant and class come from here.

    `features` are what `x-leadline-feature` may choose (`*` = any, capped); `feature` is the default.
    `indexes` are the knowledge bases whose chunks it may send, as `x-leadline-retrieval` names them.
    `passthrough` lets it make any call at `/PROVIDER/...` with that provider's key, past routes and checks.
    `rights`: `simulate` allows `x-leadline-simulate`, which proves fallbacks, and `try_policies` to
    name any policy in `/v1/guardrails/check`. `policies` are guardrails.
    """

    alias: str
    key: SecretRef | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    tenant: str = "default"
    traffic_class: Annotated[TrafficClass, Field(alias="class", strict=False)] = TrafficClass.STANDARD
    models: list[str] = ["*"]
    features: list[str] = ["*"]
    feature: str = "other"
    indexes: list[str] = ["*"]
    requests_per_minute: Count | None = None
    parallel: Count | None = None
    capture: Literal["facts", "transient", "keep"] = "transient"
    passthrough: bool = False
    rights: list[Literal["simulate", "try_policies"]] = []
    policies: list[str] = []


class CheckSection(Section):
    """A check. `type` is a file in leadline/checks/inline (or deep), `settings` are its fields."""

    type: str
    settings: dict[str, object] = {}


class RouteSection(Section):
    """When a destination hears of an incident: everything given here must hold.

    `at_least` takes the place of the destination's own. `hours` such as 22:00-06:00 begin on one of the
    `days`. What falls outside is not told later; the end of what was told always is.
    """

    categories: list[Category] = []
    at_least: Annotated[Severity | None, Field(strict=False)] = None
    features: list[str] = []
    hours: HoursOfDay | None = None
    days: list[Days] = []
    timezone: TimeZone = "UTC"


class OtlpSection(Section):
    """An OpenTelemetry collector: the address of its OTLP/HTTP receiver, without `/v1/logs`, or a reference
    such as `env:OTEL_EXPORTER_OTLP_ENDPOINT`.

    `export` chooses among checks and failures (logs), calls (traces) and the GenAI client metrics. `queue`
    bounds the requests and events that wait for a slow collector. `evidence` lets the checks' evidence out,
    which may quote answers. `resource` adds attributes (`deployment.environment.name`, say).
    """

    endpoint: Annotated[str, Field(pattern=r"^(https?://|env:|file:).+")]
    headers: dict[str, SecretRef] = {}
    export: list[Literal["logs", "traces", "metrics"]] = ["logs", "traces", "metrics"]
    resource: dict[str, str] = {}
    evidence: bool = False
    compression: Literal["gzip", "none"] = "gzip"
    every: Duration = 1.0
    metrics_every: Duration = 60.0
    queue: Count = 10_000


class LinksSection(Section):
    """Where alerts lead people: the console, and where Leadline's repository with its runbooks can be read.

    A destination's own `console_url` and `docs_url` take their place.
    """

    console_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    docs_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""


class Config(Section):
    """The whole file. `destinations` hold the fields of their file in leadline/destinations, beside `type`.

    `routing` gives destinations conditions, by their names: a list of which any must hold.
    `fallbacks` are ladders by feature, which go before those of models.
    `demo` makes the console say that the providers are simulated.
    Without `checks`, every inline check runs with its defaults; an empty list turns them off. Without
    `deep_checks`, those that cost nothing run; a list names all that are to run.
    """

    version: Literal[1] = 1
    data_dir: Annotated[str, Field(min_length=1)] = "leadline-data"
    demo: bool = False
    gateway: GatewaySection = GatewaySection()
    watch: WatchSection = WatchSection()
    control: ControlSection = ControlSection()
    supervisor: SupervisorSection = SupervisorSection()
    providers: dict[str, ProviderSection] = {}
    models: dict[str, ModelSection] = {}
    fallbacks: dict[str, FallbackSection] = {}
    keys: list[KeySection] = []
    destinations: dict[str, dict[str, object]] = {}
    routing: dict[str, Annotated[list[RouteSection], Field(min_length=1)]] = {}
    checks: list[CheckSection] | None = None
    deep_checks: list[CheckSection] | None = None
    guardrails: GuardrailsSection = GuardrailsSection()
    tool_policy: ToolPolicySection | None = None
    otlp: OtlpSection | None = None
    links: LinksSection = LinksSection()
