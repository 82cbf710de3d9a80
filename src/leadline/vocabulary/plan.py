"""What people decided (`Plan`, written by control) and what the watch learnt (`Overlay`).

Both are immutable msgpack files swapped by rename. `policy.effective` decides between them.
"""

import msgspec

from leadline.vocabulary.exchange import ProviderIdentifier
from leadline.vocabulary.guardrail import Guardrails
from leadline.vocabulary.taxonomy import TrafficClass
from leadline.vocabulary.tool_policy import ToolPolicySettings

PLAN_SCHEMA = 1


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Seconds. `idle_s` is the longest silence inside a response."""

    connect_s: float = 5.0
    first_byte_s: float = 60.0
    idle_s: float = 60.0
    total_s: float = 600.0


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True):
    """PEM files of one upstream: the authorities that are believed instead of the machine's, and the
    certificate with its key that we show. Empty = the usual, none.
    """

    ca_file: str = ""
    certificate: str = ""
    key: str = ""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere a call can go. `type` names the file in `providers/`, `settings` are its fields.

    `secret` is a reference, never a value. Neighbours with a `weight` and the same `priority` share the load;
    without one a target stands alone. The two limits per minute are for providers that do not tell theirs.
    """

    identity: ProviderIdentifier
    type: str
    base_url: str
    secret: str
    timeouts: Timeouts = Timeouts()
    sla_ms: float | None = None
    weight: float | None = None
    priority: int = 0
    settings: dict[str, object] = {}
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    tls: TlsFiles | None = None


class RungSettings(msgspec.Struct, frozen=True):
    """One rung of a fallback ladder. `type` names the file in `policy/rungs/`; `settings` are its fields."""

    type: str
    settings: dict[str, object] = {}


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A model alias: the first target (or those that share its load) is the primary, the others are
    fallbacks in order.

    `retries` counts further tries on the same target, over the whole request. `sticky` keeps a `user` or
    `key` with one of the targets that share the load; empty = each request by chance. `translate` off
    asks only targets that speak the client's protocol. `fallback` holds, by failure mode, what stands in when
    no target gives a usable answer. `policies` are titles of guardrails. `in_order`: people set them at run
    time, so those that speak the client's protocol do not go before the others. `empty_answers` is `error` or
    `pass`: what becomes of an answer that was billed and holds nothing.
    """

    alias: str
    targets: tuple[Target, ...]
    retries: int = 1
    sticky: str = ""
    translate: bool = True
    fallback: dict[str, tuple[RungSettings, ...]] = {}
    policies: tuple[str, ...] = ()
    in_order: bool = False
    empty_answers: str = "error"


class KeyGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What one gateway key may do. The plan holds its sha256 only (as the key of `Plan.keys`).

    `models` holds aliases or `*`, `indexes` the knowledge bases whose chunks it may send. `features` and
    `templates` list what headers may choose; `*` = any, capped. `requests_per_minute` and `parallel` None =
    unlimited. `capture`: facts | transient | keep.
    """

    alias: str
    tenant: str = "default"
    traffic_class: TrafficClass = TrafficClass.STANDARD
    models: tuple[str, ...] = ("*",)
    features: tuple[str, ...] = ("*",)
    indexes: tuple[str, ...] = ("*",)
    templates: tuple[str, ...] = ("*",)
    feature: str = "other"
    requests_per_minute: int | None = None
    parallel: int | None = None
    capture: str = "transient"
    rights: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """US dollars per million tokens. A request of more than `larger_above` input tokens costs `larger`."""

    input_usd: float
    output_usd: float
    cached_read_usd: float | None = None
    cache_write_usd: float | None = None
    larger_above: int = 0
    larger: "Price | None" = None


class CheckSettings(msgspec.Struct, frozen=True):
    """`type` names the file in `checks/inline/`; `settings` are its fields."""

    type: str
    settings: dict[str, object] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`accounts` are the configured providers by name, for calls that name one (their model is empty).

    `prices` is keyed by `{type}/{model}`. `pins` are values that a person holds against the overlay.
    `fallbacks` holds fallback ladders by feature, each by failure mode; they go before those of routes.
    `tool_policy` None = models may call any tool.
    """

    generation: int
    created_at: float
    routes: dict[str, Route] = {}
    keys: dict[str, KeyGrant] = {}
    prices: dict[str, Price] = {}
    checks: tuple[CheckSettings, ...] = ()
    accounts: dict[str, Target] = {}
    fallbacks: dict[str, dict[str, tuple[RungSettings, ...]]] = {}
    tool_policy: ToolPolicySettings | None = None
    guardrails: Guardrails = Guardrails()
    pins: tuple["OverlayEntry", ...] = ()
    schema: int = PLAN_SCHEMA


WATCH_LAG = "watch_lag"
"""What an overlay entry is called that says how many seconds the watch is behind, while it lags."""


class OverlayEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`what` says what is overlaid (`token_ratio`, `output_p99`, `centroid`, later `ejection`, ...) and
    `name` for whom (`openai/gpt-4o`, a template, a target). `vector` is a centroid's, as float16.
    """

    what: str
    name: str
    value: float
    reason: str
    expires_at: float | None = None
    vector: bytes = b""


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    generation: int = 0
    created_at: float = 0.0
    entries: tuple[OverlayEntry, ...] = ()
    schema: int = PLAN_SCHEMA
