"""A worker of real parts only: plan files, board, transport, checks and spool."""

import time
from pathlib import Path

import msgspec
import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer, plan_for

from leadline.gateway.board import Board
from leadline.gateway.key_limits import KeyLimits
from leadline.gateway.plan_file import PlanFiles
from leadline.gateway.spool import SpoolWriter
from leadline.vocabulary import KeyGrant, Observation, Plan
from leadline.vocabulary.spool import Frame, decode, frames


class Files:
    """The files of one worker in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        Board.create(str(folder / "board"), workers=1)
        self.board = Board.attach(str(folder / "board"), 0)
        self.limits = KeyLimits(self.board, time.time)
        self.plans = PlanFiles(
            str(folder / "plan.msgpack"),
            str(folder / "overlay.msgpack"),
            on_plan=lambda plan: self.limits.follow(plan.keys),
        )
        self.spool = SpoolWriter(str(folder / "spool"), "h", "b", 0)

    def write_plan(self, plan: Plan) -> None:
        fresh = self.folder / "fresh"
        fresh.write_bytes(msgspec.msgpack.encode(plan))
        fresh.rename(self.folder / "plan.msgpack")

    def recorded(self) -> list[Observation]:
        found = []
        for segment in sorted((self.folder / "spool").glob("*.spool")):
            whole = [frame for frame in frames(segment.read_bytes()) if isinstance(frame, Frame)]
            found += [record for record in map(decode, whole) if isinstance(record, Observation)]
        return found


@pytest.fixture
def files(tmp_path):
    (tmp_path / "spool").mkdir()
    files = Files(tmp_path)
    yield files
    files.board.close()


async def test_a_worker_serves_limits_and_records(start, primary, fallback, files):
    plan = plan_for(primary, fallback)
    plan.keys[hashed(KEY)] = KeyGrant(alias="alice", requests_per_minute=2)
    files.write_plan(plan)
    primary.answers(openai_answer())
    gateway = await start(plans=files.plans, limits=files.limits, spool=files.spool)

    replies = [await gateway.chat() for _ in range(3)]
    await files.spool.close()

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert int(replies[2].headers["retry-after"]) >= 1
    recorded = files.recorded()
    assert [record.exchange.status for record in recorded] == [200, 200, 429]
    assert recorded[0].exchange.request_id == replies[0].headers["x-leadline-request-id"]
    assert recorded[0].text
    assert KEY.encode() not in b"".join(path.read_bytes() for path in files.folder.glob("spool/*"))


async def test_a_revoked_key_is_refused_as_soon_as_the_plan_is_swapped(start, primary, fallback, files):
    plan = plan_for(primary, fallback)
    files.write_plan(plan)
    primary.answers(openai_answer())
    gateway = await start(plans=files.plans, limits=files.limits, spool=files.spool)
    before = await gateway.chat()

    files.write_plan(msgspec.structs.replace(plan, generation=8, keys={}))
    gateway.app.follow_plan()
    after = await gateway.chat()
    await files.spool.close()

    assert (before.status_code, after.status_code) == (200, 401)


async def test_a_damaged_plan_is_told_once_and_changes_nothing(start, primary, fallback, files, capsys):
    files.write_plan(plan_for(primary, fallback))
    primary.answers(openai_answer())
    gateway = await start(plans=files.plans, limits=files.limits, spool=files.spool)

    (files.folder / "plan.msgpack").write_bytes(b"\x81half")
    for _ in range(3):
        gateway.app.follow_plan()
    reply = await gateway.chat()
    await files.spool.close()

    assert reply.status_code == 200
    assert capsys.readouterr().out.count("cannot be used") == 1
