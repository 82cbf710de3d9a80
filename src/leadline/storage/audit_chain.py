"""The audit chain: each row's hash covers the hash before it, so that a change in the middle shows."""

import hashlib
import itertools

import msgspec
from sqlalchemy import Connection, insert, select

from leadline.storage.incident_tables import AUDIT
from leadline.vocabulary import Deed

_decoder = msgspec.json.Decoder(Deed)


def put_deed(connection: Connection, deed: Deed) -> None:
    """At the end of the chain; the caller's transaction makes it last, or not."""
    newest = connection.execute(select(AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)).scalar()
    body = msgspec.json.encode(deed)
    connection.execute(insert(AUDIT).values(body=body, hash=_link(newest or "", body)))


def deeds(connection: Connection, limit: int) -> list[dict[str, object]]:
    """The newest first: `number`, the fields of `Deed`, `hash`, and `sound`.

    `sound` is False where a row was altered, or one before it altered or taken out. That the newest rows
    were cut off cannot be seen from within; compare the last `hash` with the one that the log names.
    """
    wanted = select(AUDIT.c.number, AUDIT.c.body, AUDIT.c.hash).order_by(AUDIT.c.number.desc())
    found = connection.execute(wanted.limit(limit + 1)).all()
    before = {later.number: earlier for later, earlier in itertools.pairwise(found)}
    rows: list[dict[str, object]] = []
    for row in found[:limit]:
        earlier = before.get(row.number)
        linked = row.number == (earlier.number + 1 if earlier else 1)
        body = row.body if isinstance(row.body, bytes) else str(row.body).encode()
        sound = linked and row.hash == _link(earlier.hash if earlier else "", body)
        rows.append({"number": row.number, **_told(body), "hash": row.hash, "sound": sound})
    return rows


def _told(body: bytes) -> dict[str, object]:
    """A row that somebody made unreadable must not hide the others."""
    try:
        deed = _decoder.decode(body)
    except msgspec.DecodeError:
        deed = Deed(at=0.0, by="", action="unreadable", outcome="this row was altered")
    row: dict[str, object] = msgspec.to_builtins(deed)
    return row


def _link(before: str, body: bytes) -> str:
    return hashlib.sha256(before.encode() + b"\n" + body).hexdigest()
