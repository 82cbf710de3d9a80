"""A check by its name, made ready to be measured: guards, inline checks and deep checks alike."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from leadline import plugs
from leadline.evals.measuring import Judged, SpanTally

Row = Mapping[str, object]

GUARDS, INLINE, DEEP = "leadline.checks.guards", "leadline.checks.inline", "leadline.checks.deep"
FOLDERS = {GUARDS: "guard", INLINE: "inline", DEEP: "deep"}
CALLED_BY_ITS_DATA = {
    "injection_direct": "injection",
    "injection_indirect_bipia": "indirect_injection",
    "pii_presidio_synth": "pii",
    "secrets_synth": "secrets",
    "toxicity_davidson": "profanity",
    "toxicity_hatecheck": "profanity",
    "halluc_ragtruth_qa": "faithfulness",
    "langid_stsb": "language",
}
"""Names of sets of labelled rows, and the check that each of them measures."""


_ALSO_CALLED = {
    "answer": ("answer", "response", "completion", "output", "text"),
    "text": ("text", "content", "message", "answer"),
    "question": ("question", "prompt", "query", "input"),
    "context": ("context", "source_text", "document", "passage"),
}
"""What others call a column, ours first."""


class Unmeasurable(Exception):
    """Why there is nothing to measure, as a sentence with the next step."""


class Subject(Protocol):
    """What is measured. `kind` is guard, inline or deep."""

    name: str
    kind: str

    def judge(self, row: Row) -> Judged:
        """Raises Unmeasurable where the row lacks what the check reads."""

    @property
    def spans(self) -> dict[str, SpanTally]:
        """By sort, after all rows; empty where no row holds spans."""

    @property
    def any_sort(self) -> SpanTally:
        """Of all spans together, whatever they are called; empty where no row holds spans."""

    @property
    def unsought(self) -> tuple[str, ...]:
        """Sorts of spans that rows hold and the check does not look for."""


@runtime_checkable
class Gathering(Protocol):
    """A subject that judges many rows together."""

    def gather(self, row: Row) -> None: ...

    def gathered(self) -> Sequence[Judged]: ...


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`settings` are the check's own; `place` and `threshold` are of guards, as in a rule of a policy."""

    settings: Mapping[str, object] = {}
    place: str = ""
    threshold: float = 0.5


def subject(name: str, options: Options) -> Subject:
    """Raises Unmeasurable with the nearest names."""
    check = CALLED_BY_ITS_DATA.get(name, name)
    folder = next((one for one in FOLDERS if check in plugs.names(one)), None)
    if folder is None:
        every = [known for one in FOLDERS for known in plugs.names(one)]
        near = difflib.get_close_matches(check, every, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(sorted(every))}."
        raise Unmeasurable(f"there is no check called {check!r}.{hint}")
    try:
        built = plugs.build(folder, {**options.settings, "type": check})
    except (msgspec.ValidationError, ValueError) as error:
        raise Unmeasurable(f"{check}: {error}. Give its settings with --settings, as JSON.") from error
    if folder == GUARDS:
        from leadline.evals.guard_subject import GuardSubject  # noqa: PLC0415 - only what is measured is loaded

        return GuardSubject(check, built, options)
    if folder == INLINE:
        from leadline.evals.inline_subject import InlineSubject  # noqa: PLC0415

        return InlineSubject(check, built)
    if check == "drift":
        from leadline.evals.drift_subject import DriftSubject  # noqa: PLC0415

        return DriftSubject(check, built)
    from leadline.evals.deep_subject import DeepSubject  # noqa: PLC0415

    return DeepSubject(check, built)


def judged_by(measured: Subject, rows: Iterable[Row]) -> Sequence[Judged]:
    """Each row's verdict, or those of what the subject makes of all of them. Raises Unmeasurable."""
    if not isinstance(measured, Gathering):
        return [measured.judge(row) for row in rows]
    for row in rows:
        measured.gather(row)
    return measured.gathered()


def wanted(row: Row, column: str) -> str:
    """The text of a column, by its name or by one that others give it. Raises Unmeasurable."""
    for name in _ALSO_CALLED.get(column, (column,)):
        found = row.get(name)
        if isinstance(found, str):
            return found
    told = ", ".join(sorted(row)) or "nothing"
    raise Unmeasurable(
        f"row {row.get('id', '?')} has no text in {column!r}, which this check reads; it has {told}."
    )


def offered(row: Row, column: str) -> str:
    """As `wanted`, and empty where there is none."""
    names = _ALSO_CALLED.get(column, (column,))
    return next((found for name in names if isinstance(found := row.get(name), str)), "")


def labelled_positive(row: Row) -> bool:
    """Raises Unmeasurable unless the label is 0, 1, false or true."""
    label = row.get("label")
    if label not in (0, 1):
        raise Unmeasurable(
            f"row {row.get('id', '?')} has no `label` of 0 or 1 (1 = the check should flag it)"
            + (f", but {label!r}." if label is not None else ".")
        )
    return bool(label)
