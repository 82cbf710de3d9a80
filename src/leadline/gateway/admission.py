"""Who may come in, and to what: gateway keys, the aliases they see, the sentence when it is refused."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs

import msgspec

from leadline.vocabulary import Caller, ClientError, KeyGrant, Origin, Retrieval

KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
PASSTHROUGH = "passthrough"
"""The right to make any call at a provider, past routes and checks."""
NEAR_ENOUGH = 0.5
LONGEST_ECHO = 100
"""Characters of a client's own word that an error repeats."""


class AdmittedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway key with what each of its requests would otherwise compute. `aliases` are sorted."""

    key_hash: str
    grant: KeyGrant
    aliases: tuple[str, ...]
    may_use: frozenset[str]
    caller: Caller
    origin: Origin
    limited: bool

    @classmethod
    def of(cls, key_hash: str, grant: KeyGrant, routes: frozenset[str]) -> "AdmittedKey":
        may_use = routes if "*" in grant.models else routes.intersection(grant.models)
        return cls(
            key_hash=key_hash,
            grant=grant,
            aliases=tuple(sorted(may_use)),
            may_use=may_use,
            caller=Caller(
                key_alias=grant.alias,
                tenant=grant.tenant,
                feature=grant.feature,
                traffic_class=grant.traffic_class,
            ),
            origin=next((origin for origin in Origin if origin.value in grant.rights), Origin.USER),
            limited=grant.requests_per_minute is not None or grant.parallel is not None,
        )

    def caller_for(self, feature: str, user: str) -> Caller:
        """Who asks, by key and headers."""
        known = self.caller
        if not user and feature == known.feature:
            return known
        return msgspec.structs.replace(known, feature=feature, user=user)


def find_key(
    keys: Mapping[str, AdmittedKey], headers: Mapping[str, str], query: str
) -> AdmittedKey | ClientError:
    """The first key that the plan knows, from any place where an SDK puts it.

    Keys are compared by their hash only, so the time taken tells nothing about the keys that exist.
    """
    given = False
    for key in _presented(headers, query):
        given = True
        found = keys.get(hashlib.sha256(key).hexdigest())
        if found is not None:
            return found
    if given:
        return ClientError(
            status=401, code="key_unknown", message="This gateway key is not known; ask for a valid one."
        )
    return ClientError(
        status=401,
        code="key_missing",
        message="No gateway key was given; send it as Authorization: Bearer, x-api-key, api-key, "
        "x-goog-api-key or ?key=.",
    )


def _presented(headers: Mapping[str, str], query: str) -> Iterator[bytes]:
    """The bytes of each key: a header holds them as Latin-1, whatever their own encoding is."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        yield token.strip().encode("latin-1", "replace")
    for name in KEY_HEADERS:
        if value := headers.get(name):
            yield value.strip().encode("latin-1", "replace")
    if "key=" in query:
        yield from (key.encode("utf-8", "surrogateescape") for key in parse_qs(query).get("key", ()))


def refuse_model(model: str, key: AdmittedKey, endpoints: Sequence[str]) -> ClientError:
    """Why `model` cannot be had here: `endpoints` are those its targets have, empty = there is none."""
    name = model[:LONGEST_ECHO]
    if endpoints and model in key.may_use:
        there = " or ".join(endpoints)
        return ClientError(
            status=400,
            code="wrong_endpoint",
            message=f"The model {name!r} speaks another protocol; call it at {there}.",
        )
    near = difflib.get_close_matches(name, key.aliases, n=3, cutoff=NEAR_ENOUGH)
    if near:
        hint = f"Did you mean {' or '.join(map(repr, near))}?"
    elif key.aliases:
        hint = "GET /v1/models lists the models of this key."
    else:
        hint = "This key may use no model; ask for one that may."
    return ClientError(
        status=404, code="unknown_model", message=f"The model {name!r} does not exist for this key. {hint}"
    )


REFUSED_PASSAGE = ClientError(
    status=403,
    code="passthrough_not_allowed",
    message="This gateway key may not call a provider past the routes; ask for one with `passthrough`.",
)


def refuse_translation(skipped: Sequence[str]) -> ClientError:
    """The model is only had in other protocols, and this request cannot be put into them."""
    return ClientError(
        status=400,
        code="not_portable",
        message=f"The model speaks another protocol than this request, and {'; '.join(skipped)}. "
        "Leave that out, or call the model in its own protocol.",
    )


def refuse_index(retrieval: Retrieval | None, grant: KeyGrant) -> ClientError | None:
    """A key for some knowledge bases sends chunks of these only, and says of which they are."""
    if retrieval is None or "*" in grant.indexes or retrieval.index in grant.indexes:
        return None
    named = f"from the index {retrieval.index!r}" if retrieval.index else "without naming their index"
    allowed = ", ".join(grant.indexes) or "none"
    return ClientError(
        status=403,
        code="index_not_allowed",
        message=f"This gateway key may not send chunks {named}; its indexes are {allowed}.",
    )


def refuse_rate(grant: KeyGrant, retry_after_s: float) -> ClientError:
    limits = []
    if grant.requests_per_minute is not None:
        limits.append(f"{grant.requests_per_minute} requests a minute")
    if grant.parallel is not None:
        limits.append(f"{grant.parallel} at a time")
    return ClientError(
        status=429,
        code="rate_limited",
        message=f"This gateway key may make {' and '.join(limits)}; try again in {retry_after_s:.0f} s.",
        retry_after_s=retry_after_s,
    )
