"""Who answers a question of the command line: the watch, or, when it is dead, this process itself."""

from pathlib import Path

import msgspec

from leadline.asking import OwnerUnreachable, ask_blocking
from leadline.storage.answering import answer_without_watch
from leadline.vocabulary import Ask, DataLayout, Query, Told


class Answered(msgspec.Struct, frozen=True):
    """`by_owner` is False when the watch was dead and the files were read here."""

    told: Told
    by_owner: bool


def tell(layout: DataLayout, query: Query, arguments: dict[str, object], limit: int) -> Answered:
    """Never raises for a dead watch or absent data: `told.error` is the sentence."""
    question = Ask(name=query, arguments=arguments, limit=limit)
    try:
        return Answered(ask_blocking(Path(layout.watch_socket), question), by_owner=True)
    except OwnerUnreachable:
        return Answered(answer_without_watch(question, layout), by_owner=False)
