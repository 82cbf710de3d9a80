"""The first three questions of a triage in sixty seconds, by what was crossed."""

from collections.abc import Sequence

from leadline.triage.conditions.blindness import PARTS
from leadline.vocabulary import FailureCategory, Incident

COUNT = 3

BY_SUBTYPE: dict[str, tuple[str, ...]] = {
    "hard": (
        "Do the failed requests get served by a fallback, or do clients see the failure?",
        "Is it every model and region of {scope}, or one?",
        "Which error codes, and since when? Compare with the provider's status page, which lags.",
    ),
    "error_rate": (
        "Which model, region or key carries the failures of {scope}?",
        "Are the failures spread over time or in bursts?",
        "Did our own traffic to {scope} change in size or shape just before?",
    ),
    "sparse_hard": (
        "Has any request or probe to {scope} succeeded since the first failure?",
        "Is the key still valid and the model name still right?",
        "Is {scope} needed at this hour, or can its route be switched off?",
    ),
    "throttle": (
        "Is it requests or tokens per minute that ran out, on which key?",
        "Which tenant or feature grew its traffic just before?",
        "Can the load move to another key, region or provider now?",
    ),
    "broken": (
        "Do the cut or unreadable answers come from one model or one region?",
        "Do streams break after a fixed time or size, as a proxy or timeout would do?",
        "Are clients shown the cut answer as complete?",
    ),
    "latency": (
        "Is the time to first byte up, or only the length of the answers?",
        "Did prompts or outputs grow, or is it slower at the same size?",
        "Is another model or region of {scope} still fast enough to take the traffic?",
    ),
    "regional": (
        "Are the other regions and models of {scope} still well, and can they take the load?",
        "Does the route pin this region for a reason of data residence?",
        "Does the failing target answer a probe with another key?",
    ),
    "auth": (
        "Which key alias fails, and does another key of {scope} work?",
        "Was the key rotated, revoked or put on hold today?",
        "Which routes depend on this key alone?",
    ),
    "model_gone": (
        "Was the model retired or renamed by {scope}?",
        "Which routes and prompts name it?",
        "Which successor passes the golden set?",
    ),
    "egress": (
        "Can this host reach any outside address at all?",
        "Did a proxy, firewall, DNS or certificate change here?",
        "Do gateways on other hosts fail too?",
    ),
    "hallucination": (
        "Did the served model or its fingerprint change at the first event?",
        "Does one template carry the failures, and did its prompt or context change?",
        "Do the samples show figures that are missing in the retrieved context?",
    ),
    "format": (
        "Did the schema, the prompt or the served model change at the first event?",
        "Are the answers cut by the output limit?",
        "Which callers break on it, and can they fall back?",
    ),
    "coherence": (
        "Do the samples repeat themselves, change language or miss the subject?",
        "Did the template, its language mix or the served model change?",
        "Is it one template or all of them?",
    ),
    "refusal": (
        "What do the refused requests have in common?",
        "Did the provider's policy or the served model change?",
        "Does the fallback model answer the same requests?",
    ),
    "empty": (
        "Are tokens billed for the empty answers?",
        "Does the finish reason say filter, length or nothing?",
        "Does the same request succeed when sent again?",
    ),
    "cost": (
        "Which user, key or agent of {scope} spends it?",
        "More requests, longer prompts, longer answers, or a dearer model?",
        "Is the same body sent again and again? Then stop the loop at its key.",
    ),
    "oscillating": (
        "Which failure opens the breaker, and does the probe that closes it ask something milder?",
        "Is the failure tied to load: does {scope} fall again as soon as traffic returns?",
        "Can the route leave {scope} out until it is steady?",
    ),
    "regression": (
        "Did the served model, its fingerprint or a prompt's release change just before?",
        "Is it one template, one check or the golden set?",
        "Does the former model or release still pass, and can the route go back to it?",
    ),
    "retry_storm": (
        "Whose key and which client sends the same body again, and since which of its releases?",
        "What does it get: an error that it retries, or an answer that it does not take?",
        "Can its limit be lowered, or its key suspended, until it is mended?",
    ),
    "context_stuffing": (
        "Which template of {scope} grew, and by documents, history or tool results?",
        "Did the token count of the same text change, as with a new tokenizer?",
        "Is the longer input wanted, or does a loop append to it?",
    ),
    "budget": (
        "Who spends the budget of {scope}: which user, key or feature?",
        "Is it growth, a loop, or a dearer model than planned?",
        "What should happen at the limit: stop, a cheaper model, or a higher budget?",
    ),
    "stale_context": (
        "When did the index of {scope} last take in documents, and which job does that?",
        "Are the sources themselves older, or only the index?",
        "Should answers say how old their sources are until it is refreshed?",
    ),
    "ground_truth_corruption": (
        "Which items of the golden or training data are made by a model, and since when?",
        "Through which import or feedback did they come in?",
        "Which decisions were taken on scores since then?",
    ),
    "embedding_drift": (
        "When was the index of {scope} last refreshed, and did its size change?",
        "Did the embedding model or the chunking change on one side only?",
        "Do people ask about something new that the index does not hold?",
    ),
    "blind_spot": (
        "Are callers served meanwhile, or is the gateway ill too?",
        "What is not seen: all traffic, one worker, the copies that were dropped, or one check?",
        "Is the disk full or the machine short of CPU, and since when?",
    ),
}
BY_SUBTYPE |= dict.fromkeys(PARTS, BY_SUBTYPE["blind_spot"])

BY_CATEGORY: dict[FailureCategory, tuple[str, ...]] = {
    FailureCategory.PROVIDER: BY_SUBTYPE["hard"],
    FailureCategory.QUALITY: BY_SUBTYPE["hallucination"],
    FailureCategory.COST: BY_SUBTYPE["cost"],
    FailureCategory.SECURITY: (
        "Was the answer blocked, or did it leave the house?",
        "Is it one user or key of {scope}? Then suspend that key.",
        "Did the text come from the prompt, from retrieved documents or from a tool?",
    ),
    FailureCategory.DATA: BY_SUBTYPE["embedding_drift"],
}


def questions(incident: Incident) -> tuple[str, ...]:
    """Three questions, the most telling of each crossed condition first."""
    tables = [BY_SUBTYPE[name] for name in incident.subtypes if name in BY_SUBTYPE]
    return _interleaved(tables or [BY_CATEGORY[incident.category]], incident.scope)


def _interleaved(tables: Sequence[tuple[str, ...]], scope: str) -> tuple[str, ...]:
    depth = max(len(table) for table in tables)
    ranked = [table[place] for place in range(depth) for table in tables if place < len(table)]
    return tuple(dict.fromkeys(text.format(scope=scope) for text in ranked))[:COUNT]
