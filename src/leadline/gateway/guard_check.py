"""`POST /v1/guardrails/check`: a text against the policies of a key, without a model."""

from collections.abc import Mapping

from leadline.gateway import admission, attribution
from leadline.gateway.activation import ActivePlan
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.client import BodyTooLarge, Client
from leadline.gateway.guarding.ready import Guarding, Watched, name_of
from leadline.gateway.guarding.trying import Checked, TextsToCheck, check_texts, read_texts_to_check
from leadline.gateway.parts import Limits
from leadline.vocabulary import ClientError, Route

PATHS = frozenset({"/v1/guardrails/check", "/guardrails/check"})
TRY_ANY = "try_policies"
"""The right to try policies that hold for others."""
ENDPOINT = "POST /v1/guardrails/check"


async def check(
    active: ActivePlan, key: AdmittedKey, client: Client, limits: Limits, most_bytes: int
) -> Checked | ClientError:
    """It counts against the limits of the key like a call."""
    if key.limited and (wait_s := limits.enter(key.key_hash, key.grant)) is not None:
        return admission.refuse_rate(key.grant, wait_s)
    try:
        return await _check(active, key, client, most_bytes)
    finally:
        if key.limited:
            limits.leave(key.key_hash, key.grant)


async def _check(
    active: ActivePlan, key: AdmittedKey, client: Client, most_bytes: int
) -> Checked | ClientError:
    try:
        body = await client.body(most_bytes, None)
    except BodyTooLarge:
        message = f"The texts are over the limit of {most_bytes} bytes; send less."
        return ClientError(status=413, code="body_too_large", message=message)
    asked = read_texts_to_check(body)
    if isinstance(asked, str):
        return ClientError(status=400, code="body_unreadable", message=asked)
    guarding = active.guarding
    watched = _watched(guarding, key, asked, active.plan.routes) if guarding is not None else None
    if guarding is None or watched is None:
        named = f" {asked.policy!r}" if asked.policy else ""
        message = (
            f"There is no policy{named} that may hold for this key; `guardrails:` of the configuration has "
            f"them, and a key with `rights: [{TRY_ANY}]` may try them all."
        )
        return ClientError(status=404, code="unknown_policy", message=message)
    caller = f"{key.grant.tenant}/{key.grant.alias}"
    return await check_texts(guarding, watched, asked, guarding.tokens(caller) if watched.tokens else None)


def _watched(
    guarding: Guarding, key: AdmittedKey, asked: TextsToCheck, routes: Mapping[str, Route]
) -> Watched | None:
    if not asked.policy:
        within = attribution.within(asked.feature, key.grant.features)
        feature = asked.feature if asked.feature and within else key.grant.feature
        return guarding.watched(key.grant, feature, None)
    title = guarding.title_of(asked.policy)
    if title is None or not (TRY_ANY in key.grant.rights or _may_hold(title, guarding, key, routes)):
        return None
    return guarding.named([title])


def _may_hold(title: str, guarding: Guarding, key: AdmittedKey, routes: Mapping[str, Route]) -> bool:
    """Whether some version of the policy can hold for a call of this key. What others are held to is not
    its business: findings tell how to get past a policy.
    """
    rails, grant = guarding.rails, key.grant
    held = [*rails.everywhere, *grant.policies]
    for feature, titles in rails.features.items():
        if feature == grant.feature or attribution.within(feature, grant.features):
            held += titles
    for alias in key.aliases:
        held += routes[alias].policies
    return name_of(title) in {name_of(one) for one in held}
