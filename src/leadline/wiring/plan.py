"""From the configuration to the plan that gateway workers run by."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from leadline import plugs
from leadline.configuration.policy_shape import GuardrailsSection
from leadline.configuration.shape import Config, KeySection, ModelSection, ProviderSection
from leadline.vocabulary import (
    CheckSettings,
    KeyGrant,
    Origin,
    Plan,
    Price,
    ProviderIdentifier,
    Route,
    Target,
    Timeouts,
    TlsFiles,
    ToolPolicySettings,
)
from leadline.wiring.fallbacks import fallback_of
from leadline.wiring.guardrails import guardrails_of, titles_of
from leadline.wiring.providers import default_base_url

PASSTHROUGH = "passthrough"
INTERNAL_RIGHTS = ("internal",)
FIRST_KEY_ALIAS = "first"
JUDGE_KEY_ALIAS = "leadline-judge"
JUDGE_RIGHTS = (*INTERNAL_RIGHTS, Origin.JUDGE.value)


def compile_plan(
    config: Config,
    *,
    secret: Callable[[str], str],
    prices: Mapping[str, Price],
    first_key: str | None,
    created_at: float,
    tool_policy: ToolPolicySettings | None = None,
    judge_key: str | None = None,
) -> Plan:
    """The plan with generation 0; whoever writes it sets the number.

    `first_key` is the gateway key to admit when the file names none; `judge_key` that of deep checks which
    ask models, whose calls are nobody's traffic. Raises MissingSecret when a gateway key's reference leads
    nowhere: a gateway that silently lost a key would refuse its callers.
    """
    rails = config.guardrails
    keys = {digest_of(key, secret): _grant(key, rails) for key in config.keys}
    if not keys and first_key is not None:
        keys[sha256(first_key)] = KeyGrant(alias=FIRST_KEY_ALIAS)
    if judge_key is not None:
        keys[sha256(judge_key)] = KeyGrant(alias=JUDGE_KEY_ALIAS, capture="facts", rights=JUDGE_RIGHTS)
    routes = {alias: _route(alias, model, config) for alias, model in config.models.items()}
    return Plan(
        generation=0,
        created_at=created_at,
        routes=routes,
        keys=keys,
        prices=dict(prices),
        checks=tuple(_checks(config)),
        guardrails=guardrails_of(config.guardrails),
        accounts={name: _account(name, section) for name, section in config.providers.items()},
        fallbacks={feature: fallback_of(section) for feature, section in config.fallbacks.items()},
        tool_policy=tool_policy,
    )


def priced_models(config: Config) -> set[tuple[str, str]]:
    """Each (provider type, upstream model) that the configuration can call."""
    return {
        (config.providers[target.provider].type, target.model or alias)
        for alias, model in config.models.items()
        for target in model.targets
    }


def sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def digest_of(key: KeySection, secret: Callable[[str], str]) -> str:
    return key.sha256 if key.sha256 is not None else sha256(secret(str(key.key)))


def _grant(key: KeySection, rails: GuardrailsSection) -> KeyGrant:
    return KeyGrant(
        alias=key.alias,
        tenant=key.tenant,
        traffic_class=key.traffic_class,
        models=tuple(key.models),
        features=tuple(key.features),
        indexes=tuple(key.indexes),
        feature=key.feature,
        requests_per_minute=key.requests_per_minute,
        parallel=key.parallel,
        capture=key.capture,
        rights=(*key.rights, PASSTHROUGH) if key.passthrough else tuple(key.rights),
        policies=titles_of(key.policies, rails),
    )


def _route(alias: str, model: ModelSection, config: Config) -> Route:
    timeouts = Timeouts(
        connect_s=model.timeouts.connect,
        first_byte_s=model.timeouts.first_byte,
        idle_s=model.timeouts.idle,
        total_s=model.timeouts.total,
    )
    sla_ms = None if model.sla is None else model.sla * 1000
    targets = []
    for target in model.targets:
        section = config.providers[target.provider]
        identity = ProviderIdentifier(
            provider=section.provider or target.provider,
            model=target.model or alias,
            region=section.region,
            key_alias=section.key_alias,
        )
        targets.append(
            Target(
                identity=identity,
                type=section.type,
                base_url=section.base_url or default_base_url(section.type),
                secret=section.api_key,
                timeouts=timeouts,
                sla_ms=sla_ms,
                settings=section.settings,
                tls=_tls(section),
                weight=target.weight,
                priority=target.priority,
                requests_per_minute=target.requests_per_minute,
                tokens_per_minute=target.tokens_per_minute,
            )
        )
    return Route(
        alias=alias,
        targets=tuple(targets),
        retries=model.retries,
        sticky=model.sticky or "",
        translate=model.translate,
        fallback=fallback_of(model.fallback),
        policies=titles_of(model.policies, config.guardrails),
        empty_answers=model.empty_answers,
    )


def _account(name: str, section: ProviderSection) -> Target:
    identity = ProviderIdentifier(
        provider=section.provider or name, model="", region=section.region, key_alias=section.key_alias
    )
    return Target(
        identity=identity,
        type=section.type,
        base_url=section.base_url or default_base_url(section.type),
        secret=section.api_key,
        settings=section.settings,
        tls=_tls(section),
    )


def _tls(section: ProviderSection) -> TlsFiles | None:
    return None if section.tls is None else TlsFiles(**section.tls.model_dump())


def _checks(config: Config) -> Iterable[CheckSettings]:
    if config.checks is None:
        return (CheckSettings(name) for name in plugs.names("leadline.checks.inline"))
    return (CheckSettings(check.type, check.settings) for check in config.checks)
