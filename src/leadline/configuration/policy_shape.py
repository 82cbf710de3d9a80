"""The part of `leadline.yaml` that says what may pass: guardrails, and which tools models may call."""

from typing import Annotated, Literal

from pydantic import Field

from leadline.configuration.section import Section
from leadline.configuration.units import Duration, SecretRef
from leadline.vocabulary import Place, Word


class GuardRuleSection(Section):
    """What follows when `guard` finds something in one of `places`. A guard is a name under `guards:`, or a
    file in leadline/checks/guards with its defaults. `labels` are the findings meant, empty = all.

    `redaction: tokens` puts reversible tokens where a mask would stand, and turns them back in the answer.
    """

    guard: str
    places: Annotated[list[Annotated[Place, Field(strict=False)]], Field(min_length=1)]
    word: Annotated[Word, Field(strict=False)]
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    labels: list[str] = []
    redaction: Literal["mask", "tokens"] = "mask"


class GuardPolicySection(Section):
    """One version of a policy; its name is like `support@2`. `support@DRAFT` only ever watches.

    `mode: monitor` records what would have been done. `stream` is how streamed answers are read: `hold` all
    of it, `buffer N` characters, or `detect_after` it has passed. What follows when a guard that may stop a
    text does not look: `on_error` (it broke down or took too long), `over_cap` (the text is too long),
    `on_unread` (images and other parts without text).
    """

    mode: Literal["monitor", "enforce"] = "monitor"
    stream: Annotated[str, Field(pattern=r"^(hold|detect_after|buffer [1-9][0-9]{0,5})$")] | None = None
    rules: Annotated[list[GuardRuleSection], Field(min_length=1)]
    on_error: Literal["block", "pass"] = "block"
    over_cap: Literal["block", "pass"] = "block"
    on_unread: Literal["block", "pass"] = "pass"


class GuardrailsSection(Section):
    """What may pass. `guards` have a `type`, a file in leadline/checks/guards, and its fields beside it.

    `everywhere`, `features`, and `policies` of keys and models name policies: `support` is the newest
    number, `support@2` that one. All that hold for a call are applied; the hardest word counts. `token_key`
    is the secret of reversible tokens. `deadline` bounds the slow guards of a request, `longest_text` its
    characters; `processes` check processes serve each gateway worker. What a policy holds for a person is
    kept for `hold_for`, and once released for as long again.
    """

    guards: dict[str, dict[str, object]] = {}
    policies: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}@([1-9][0-9]{0,5}|DRAFT)$")],
        GuardPolicySection,
    ] = {}
    everywhere: list[str] = []
    features: dict[str, list[str]] = {}
    token_key: SecretRef | None = None
    deadline: Duration = 2.0
    longest_text: Annotated[int, Field(ge=1000, le=100_000_000)] = 1_000_000
    processes: Annotated[int, Field(ge=1, le=16)] = 1
    hold_for: Duration = 86_400.0


class DraftingSection(Section):
    """The model (an alias under `models:`) that turns rules in plain language into drafts of policies, asked
    through the gateway with the gateway key `key`.
    """

    model: str
    key: SecretRef


class ToolPolicySection(Section):
    """Which tools models may call. `policies` are files of Cedar policies, `tools` files of the tools'
    declarations as JSON in any protocol's form, beside this file; what no policy permits is denied.

    `log_only` records what would be denied and passes everything. `enabled: false` turns all of it off.
    """

    enabled: bool = True
    mode: Literal["enforce", "log_only"] = "enforce"
    policies: list[str] = []
    tools: list[str] = []
    drafting: DraftingSection | None = None
