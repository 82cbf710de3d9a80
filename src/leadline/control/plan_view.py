"""The plan as people may see it: no secret, no reference to one, no digest of a key."""

from urllib.parse import urlsplit

from leadline.vocabulary import KeyGrant, Plan, Route, Target


def view(plan: Plan) -> dict[str, object]:
    return {
        "generation": plan.generation,
        "created_at": plan.created_at,
        "routes": [_route(route) for route in plan.routes.values()],
        "keys": [_key(grant) for grant in plan.keys.values()],
        "checks": [check.type for check in plan.checks],
        "prices": plan.prices,
    }


def _route(route: Route) -> dict[str, object]:
    return {
        "alias": route.alias,
        "retries": route.retries,
        "targets": [_target(target) for target in route.targets],
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "provider": target.identity.provider,
        "model": target.identity.model,
        "region": target.identity.region,
        "key_alias": target.identity.key_alias,
        "type": target.type,
        "host": _host(target.base_url),
        "sla_ms": target.sla_ms,
        "timeouts": target.timeouts,
    }


def _host(base_url: str) -> str:
    """Without user, password, path and query: any of them may hold a credential."""
    parts = urlsplit(base_url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"


def _key(grant: KeyGrant) -> dict[str, object]:
    return {
        "alias": grant.alias,
        "tenant": grant.tenant,
        "traffic_class": grant.traffic_class,
        "models": grant.models,
        "features": grant.features,
        "requests_per_minute": grant.requests_per_minute,
        "parallel": grant.parallel,
        "capture": grant.capture,
        "rights": grant.rights,
    }
