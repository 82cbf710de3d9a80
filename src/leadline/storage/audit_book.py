"""The audit chain of what the control process does itself, in `control.db`."""

import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import Engine, StaticPool, create_engine, inspect

from leadline.storage.audit_chain import deeds, put_deed
from leadline.storage.incident_tables import AUDIT
from leadline.vocabulary import Deed

WATCH, CONTROL = "watch", "control"
"""The two chains: orders in `incidents.db`, in the transaction of their effect; the rest in `control.db`."""


class AuditBook:
    """Written by one process; others read beside it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "AuditBook":
        """Make or open it, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5.0})
        AUDIT.create(engine, checkfirst=True)
        return cls(engine)

    @classmethod
    def in_memory(cls) -> "AuditBook":
        """Forgotten at the end of the process."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        AUDIT.create(engine)
        return cls(engine)

    def note(self, deed: Deed) -> None:
        with self._lock, self._engine.begin() as connection:
            put_deed(connection, deed)

    def newest(self, limit: int) -> list[dict[str, object]]:
        """Rows as `Query.AUDIT` gives them."""
        with self._lock, self._engine.begin() as connection:
            return deeds(connection, limit)

    def close(self) -> None:
        self._engine.dispose()


def read_book(path: Path, limit: int) -> list[dict[str, object]]:
    """The newest rows of a book that another process writes; none where there is no book yet."""
    if not path.exists():
        return []
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        with engine.begin() as connection:
            return deeds(connection, limit) if inspect(connection).has_table(AUDIT.name) else []
    finally:
        engine.dispose()


def merged(chains: Mapping[str, Iterable[Mapping[str, object]]], limit: int) -> list[dict[str, object]]:
    """Rows of several chains as one list, newest first, each with its `chain`."""
    rows = [{"chain": chain, **row} for chain, found in chains.items() for row in found]
    return sorted(rows, key=lambda row: float(str(row["at"])), reverse=True)[:limit]
