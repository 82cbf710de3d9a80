"""What deep checks leave in `incidents.db`: findings on their way to triage and facts, and jobs."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects.sqlite import insert

from leadline.storage import DeepCommit
from leadline.storage.incident_tables import DEEP_FINDINGS, JOBS
from leadline.storage.sqlite_writing import put_cursor, put_snapshot
from leadline.vocabulary import DeepFinding, Job

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DeepFinding)
_UNDONE = ("waiting", "running")


def put_deep(connection: Connection, commit: DeepCommit) -> None:
    put_cursor(connection, commit.consumer, commit.cursor)
    for name, body in commit.snapshots.items():
        put_snapshot(connection, name, commit.at, body)
    if commit.findings:
        bodies = [{"body": _encoder.encode(finding)} for finding in commit.findings]
        connection.execute(insert(DEEP_FINDINGS), bodies)
    for job in commit.jobs:
        _put_job(connection, job)


def _put_job(connection: Connection, job: Job) -> None:
    same = select(JOBS.c.number).where(
        JOBS.c.kind == job.kind, JOBS.c.subject == job.subject, JOBS.c.state.in_(_UNDONE)
    )
    if connection.execute(same.limit(1)).first() is None:
        row = msgspec.to_builtins(job)
        del row["number"]
        connection.execute(insert(JOBS).values(row))


def read_findings(rows: Sequence[RowMapping]) -> list[tuple[int, DeepFinding]]:
    return [(row["number"], _decoder.decode(row["body"])) for row in rows]
