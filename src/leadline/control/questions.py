"""Puts a named question to the watch and turns what goes wrong into a sentence."""

from collections.abc import Mapping

import structlog

from leadline.control.parts import ControlParts
from leadline.control.problems import Problem
from leadline.vocabulary import Ask, Command, Query, Told

DEADLINE_S = 5.0
_log = structlog.get_logger(__name__)


async def told(parts: ControlParts, query: Query, arguments: Mapping[str, object], limit: int = 200) -> Told:
    """Raises Problem 503 when the watch is dead, 502 when it answers with an error."""
    answer = await _answer(
        parts, Ask(name=query, arguments=dict(arguments), limit=limit, deadline_s=DEADLINE_S)
    )
    if answer.error is not None:
        raise Problem(502, "query_failed", f"The watch could not answer: {answer.error}")
    return answer


async def ordered(
    parts: ControlParts,
    command: Command,
    arguments: Mapping[str, object],
    deadline_s: float = DEADLINE_S,
) -> dict[str, object]:
    """What the watch did. Raises Problem 503 when it is dead (nothing happened), 409 when it refuses."""
    answer = await _answer(parts, Ask(name=command, arguments=dict(arguments), deadline_s=deadline_s))
    if answer.error is not None:
        raise Problem(409, "refused", answer.error)
    _log.info("ordered", command=command.value, **{name: value for name, value in arguments.items() if value})
    return answer.rows[0]


async def _answer(parts: ControlParts, question: Ask) -> Told:
    try:
        return await parts.ask(question)
    except ConnectionError as error:
        raise Problem(
            503,
            "watch_unreachable",
            f"The watch does not answer ({error}). Requests still pass through the gateway and are kept "
            "in the spool; start the watch again and it catches up.",
        ) from error


async def the_one(
    parts: ControlParts, query: Query, arguments: Mapping[str, object], what: str
) -> dict[str, object]:
    """The single row of a query by id. Raises Problem 404."""
    rows = (await told(parts, query, arguments, limit=1)).rows
    if not rows:
        raise Problem(404, "not_found", f"There is no {what}; it may be older than the data that is kept.")
    return rows[0]
