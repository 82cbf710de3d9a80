"""One sentence per incident: what is wrong, with whom, in words a woken person understands."""

from collections.abc import Mapping

from leadline.triage.ranking import ranked_kinds
from leadline.vocabulary import FailureKind

_TITLES: Mapping[FailureKind, str] = {
    FailureKind.PROVIDER_CONNECTION: "{scope} refuses or drops connections",
    FailureKind.PROVIDER_DNS: "{scope} cannot be found by its name",
    FailureKind.PROVIDER_TLS: "{scope} fails the TLS handshake",
    FailureKind.PROVIDER_TIMEOUT: "{scope} does not answer in time",
    FailureKind.PROVIDER_OUTAGE: "{scope} answers with server errors",
    FailureKind.PROVIDER_OVERLOADED: "{scope} says that it is overloaded",
    FailureKind.PROVIDER_AUTH: "{scope} rejects our key",
    FailureKind.PROVIDER_QUOTA: "{scope} says that the quota or credit is used up",
    FailureKind.PROVIDER_MODEL_GONE: "{scope} no longer knows a model we ask for",
    FailureKind.PROVIDER_SHORT_CIRCUITED: "{scope} is steered around while its breaker is open",
    FailureKind.PROVIDER_THROTTLED: "{scope} throttles our requests",
    FailureKind.PROVIDER_SLOW: "{scope} answers slower than agreed",
    FailureKind.PROVIDER_TRUNCATED: "{scope} cuts answers off",
    FailureKind.PROVIDER_MALFORMED: "{scope} sends answers that cannot be parsed",
    FailureKind.PROVIDER_REGIONAL: "{scope} fails in one region",
    FailureKind.PROVIDER_OSCILLATING: "{scope} keeps failing and recovering",
    FailureKind.PROVIDER_EGRESS: "No provider can be reached from here",
    FailureKind.QUALITY_HALLUCINATION: "{scope} states facts that its context does not hold",
    FailureKind.QUALITY_REGRESSION: "{scope} answers worse than it used to",
    FailureKind.QUALITY_FORMAT: "{scope} breaks the JSON schema it was given",
    FailureKind.QUALITY_COHERENCE: "{scope} drifts away from its usual answers",
    FailureKind.QUALITY_REFUSAL: "{scope} refuses what it used to answer",
    FailureKind.QUALITY_EMPTY: "{scope} gives empty answers",
    FailureKind.COST_TOKEN_MISMATCH: "Billed tokens of {scope} do not match what we count",
    FailureKind.COST_OUTPUT_BLOWUP: "Answers of {scope} grow far beyond their usual length",
    FailureKind.COST_CONTEXT_STUFFING: "Prompts of {scope} take more tokens than they used to",
    FailureKind.COST_RATE: "{scope} costs several times its usual rate",
    FailureKind.COST_RETRY_STORM: "Retries multiply the calls of {scope}",
    FailureKind.COST_BUDGET: "{scope} runs over its budget",
    FailureKind.SECURITY_INJECTION: "Prompt injection attempts from {scope}",
    FailureKind.SECURITY_INDIRECT_INJECTION: "Instructions hidden in the documents of {scope}",
    FailureKind.SECURITY_JAILBREAK: "Jailbreak attempts from {scope}",
    FailureKind.SECURITY_PII_LEAK: "Personal data in the answers to {scope}",
    FailureKind.SECURITY_SECRET_LEAK: "Secrets in the answers to {scope}",
    FailureKind.SECURITY_DATA_EXTRACTION: "{scope} tries to extract the model's data",
    FailureKind.SECURITY_EXFILTRATION: "Data of {scope} is being carried out",
    FailureKind.SECURITY_TOOL_DENIED: "{scope} asks for tools it may not use",
    FailureKind.DATA_EMBEDDING_DRIFT: "Retrieval of {scope} drifts away from its index",
    FailureKind.DATA_STALE_CONTEXT: "{scope} answers from stale documents",
    FailureKind.DATA_RETRIEVAL: "Retrieval of {scope} finds worse documents than before",
    FailureKind.DATA_GROUND_TRUTH_CORRUPTION: "Text that a model wrote enters the ground truth of {scope}",
    FailureKind.DATA_BLIND_SPOT: "Leadline does not see all of {scope}",
}


def incident_title(incident: Mapping[str, object]) -> str:
    """`incident` has at least `key` and `kinds` (counts by kind), and the `subtypes` that were crossed: the
    kind that it goes by names it.

    A kind of a newer version has no sentence here, so its own word is shown.
    """
    key = str(incident.get("key", ""))
    scope = key.partition(":")[2] or key
    kinds, crossed = incident.get("kinds"), incident.get("subtypes")
    counts = kinds if isinstance(kinds, Mapping) else {}
    ranked = ranked_kinds(counts, crossed if isinstance(crossed, list | tuple) else ())
    if not ranked:
        return key
    try:
        return _TITLES[FailureKind(ranked[0])].format(scope=scope)
    except ValueError:
        return f"{scope}: {ranked[0]}"
