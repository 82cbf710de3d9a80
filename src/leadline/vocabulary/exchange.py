"""One call through the gateway: who was asked, why, what came back and how long each stage took."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.retrieval import Retrieval
from leadline.vocabulary.taxonomy import FailureKind, Origin, TrafficClass


class WireProtocol(StrEnum):
    """The language a client or an upstream speaks. The value is what telemetry shows."""

    OPENAI_CHAT = "openai.chat"
    OPENAI_RESPONSES = "openai.responses"
    OPENAI_COMPLETIONS = "openai.completions"
    OPENAI_EMBEDDINGS = "openai.embeddings"
    ANTHROPIC_MESSAGES = "anthropic.messages"
    ANTHROPIC_COUNT_TOKENS = "anthropic.count_tokens"
    GEMINI_GENERATE = "gemini.generate"
    GEMINI_COUNT_TOKENS = "gemini.count_tokens"
    GEMINI_EMBED = "gemini.embed"
    GEMINI_BATCH_EMBED = "gemini.batch_embed"
    PASSTHROUGH = "passthrough"


class Operation(StrEnum):
    """What is asked of a model, in the words of OpenTelemetry's GenAI conventions where they have one."""

    CHAT = "chat"
    GENERATE_CONTENT = "generate_content"
    TEXT_COMPLETION = "text_completion"
    EMBEDDINGS = "embeddings"
    COUNT_TOKENS = "count_tokens"
    PASSTHROUGH = "passthrough"

    @property
    def generates(self) -> bool:
        """Whether a model writes an answer that can be judged."""
        return self in _GENERATING


_GENERATING = (Operation.CHAT, Operation.GENERATE_CONTENT, Operation.TEXT_COMPLETION)


class ProviderIdentifier(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who answers: provider, requested model, region and the alias (never the value) of the key."""

    provider: str
    model: str
    region: str = "global"
    key_alias: str = "default"

    def __post_init__(self) -> None:
        if not self.provider:
            raise ValueError("a provider identifier needs the name of its provider")

    @property
    def full_name(self) -> str:
        """How people and files name a target: `openai/gpt-4o/global/default`."""
        return f"{self.provider}/{self.model}/{self.region}/{self.key_alias}"


class TokenUsage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Tokens as billed, normalised over providers (`WIRE.md` 1.2).

    `input_tokens` includes cached reads and cache writes; `output_tokens` includes reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


class Timings(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Stage times of one upstream call in milliseconds; `None` where the stage did not take place.

    `dns_ms`, `connect_ms` and `tls_ms` are None on a reused connection. `first_byte_ms` runs from the
    request's last byte written to the first byte of the response, `transfer_ms` from there to its end.
    """

    total_ms: float = 0.0
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    transfer_ms: float | None = None


class SelectionReason(StrEnum):
    PRIMARY = "primary"
    FALLBACK = "fallback"
    LOAD_BALANCED = "load_balanced"
    CANARY = "canary"
    CACHE = "cache"
    PROBE = "probe"
    SHORT_CIRCUITED = "short_circuited"


class Selection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why this target: the causal chain a postmortem needs.

    `caused_by` is the kind of the earlier failure that led here, `caused_by_attempt` its attempt number.
    """

    reason: SelectionReason
    detail: str = ""
    caused_by: FailureKind | None = None
    caused_by_attempt: int | None = None


class FinishReason(StrEnum):
    """Why an answer ended, over all providers. `None` beside it means: it did not say."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    FILTERED = "filtered"
    REFUSAL = "refusal"
    MALFORMED = "malformed"
    PAUSED = "paused"
    OTHER = "other"


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """`arguments` is the JSON text as the model wrote it."""

    name: str
    arguments: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one answer, read beside the bytes that went to the client.

    `complete` is False when the protocol's terminal marker or finish reason never came.
    `more_than_text` = an image, audio or a built-in tool's work came, of which nothing else is kept.
    `mean_logprob` is the mean natural logarithm of the chosen tokens' probabilities, where they were told.
    `filter_found` holds what the provider's own filter detected and let pass (Azure: `jailbreak`, ...).
    `finish_raw` is the provider's own word. `text` may be shortened by the gateway; `text_chars` is not.
    """

    text: str = ""
    text_chars: int = 0
    finish_reason: FinishReason | None = None
    finish_raw: str | None = None
    complete: bool = True
    usage: TokenUsage | None = None
    served_model: str | None = None
    response_id: str | None = None
    fingerprint: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    refused: bool = False
    block_reason: str | None = None
    more_than_text: bool = False
    mean_logprob: float | None = None
    filter_found: tuple[str, ...] = ()

    @property
    def holds_nothing(self) -> bool:
        """Whether no text, tool call, image or the like came; what a model only thought does not count."""
        return not (self.text_chars or self.tool_calls or self.more_than_text)

    @property
    def is_silent(self) -> bool:
        """Whether it claims to have ended well and holds nothing, though output tokens were billed. An answer
        that says why (its limit, a filter, a refusal) is not silent.
        """
        if not self.holds_nothing or self.usage is None:
            return False
        ended_well = self.complete and not self.refused and self.block_reason is None
        return ended_well and self.finish_reason in _CLAIM_TO_BE_WHOLE and self.usage.output_tokens > 0


_CLAIM_TO_BE_WHOLE = (FinishReason.STOP, FinishReason.TOOL_CALLS)


class UpstreamFailure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An upstream's failure as a value, already mapped onto the taxonomy.

    `kind` None means that the caller's own request was at fault (not a provider failure).
    `status` None means that no HTTP status arrived; `implied_status` is the one that an error inside a 200
    stands for. `message` is for people and holds no prompt text.
    `retry_same` and `fail_over` are advice by `WIRE.md` section 2.
    """

    kind: FailureKind | None
    status: int | None = None
    error_code: str = ""
    message: str = ""
    retry_after_s: float | None = None
    retry_same: bool = False
    fail_over: bool = True
    implied_status: int | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One call to one target. `started_at`/`ended_at` are Unix seconds.

    `cancelled` = the client left; such an attempt is in no denominator.
    `status` 0 = no HTTP status arrived (transport failure). `cost_estimated`: the upstream had begun to
    answer and told no usage, so the cost is of our own count of the question and of the text that came.
    """

    number: int
    target: ProviderIdentifier
    selection: Selection
    started_at: float
    ended_at: float
    status: int = 0
    failure: UpstreamFailure | None = None
    timings: Timings = Timings()
    response_bytes: int = 0
    usage: TokenUsage | None = None
    cost_usd: float | None = None
    served_model: str | None = None
    upstream_request_id: str | None = None
    cancelled: bool = False
    cost_estimated: bool = False


class Caller(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who asked, as the gateway key says; headers choose only within the key's lists."""

    key_alias: str
    tenant: str = "default"
    user: str = ""
    feature: str = "other"
    traffic_class: TrafficClass = TrafficClass.STANDARD


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One client request with all its attempts. The last attempt is the one that was answered with.

    `status` is what the client was given (499 when it left first). `alias` is the model as asked for.
    `counted_input_tokens` and `output_limit` are the gateway's own count and the caller's cap;
    `counted_script` says how far beyond ASCII the counted text goes (empty = it was not counted).
    `body_digest` is the same for the same body, on every host; None = there was none.
    `template_expected` marks an explicit `x-leadline-template`. `rung` names the rung of the fallback ladder
    that answered; empty = a target did. `wasted_usd` is what attempts cost whose answer nobody was given.
    """

    request_id: str
    started_at: float
    ended_at: float
    protocol: WireProtocol
    alias: str
    streaming: bool
    caller: Caller
    status: int
    attempts: tuple[Attempt, ...] = ()
    origin: Origin = Origin.USER
    template: str = "other"
    answer: Answer | None = None
    counted_input_tokens: int | None = None
    output_limit: int | None = None
    overhead_ms: float | None = None
    first_chunk_ms: float | None = None
    retrieval_score: float | None = None
    retrieval: Retrieval | None = None
    client_retry_count: int = 0
    body_digest: int | None = None
    plan_generation: int = 0
    operation: Operation = Operation.CHAT
    rung: str = ""
    wasted_usd: float | None = None
    counted_script: str = ""

    @property
    def served(self) -> bool:
        return bool(self.attempts) and self.attempts[-1].failure is None and self.status == 200
