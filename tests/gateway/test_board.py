"""The board: counters that processes share, each writing its own column only."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from leadline.gateway.board import Board, BoardUnusable, Counter


@pytest.fixture
def path(tmp_path):
    made = str(tmp_path / "board")
    Board.create(made, workers=3, slots=16)
    return made


@pytest.fixture
def boards(path):
    attached = [Board.attach(path, worker) for worker in range(3)]
    yield attached
    for board in attached:
        board.close()


def test_each_worker_writes_its_own_cell_and_sees_those_of_all(boards):
    for worker, board in enumerate(boards):
        board.put(Counter.IN_FLIGHT, 5, 10 + worker)

    for worker, board in enumerate(boards):
        assert board.own(Counter.IN_FLIGHT, 5) == 10 + worker
        assert board.row(Counter.IN_FLIGHT, 5) == [10, 11, 12]


def test_no_counter_touches_another(boards):
    expected = {}
    for slot in range(16):
        for counter in Counter:
            for worker, board in enumerate(boards):
                expected[counter, slot, worker] = value = slot * 100 + counter * 10 + worker
                board.put(counter, slot, value)

    for (counter, slot, worker), value in expected.items():
        assert boards[worker].own(counter, slot) == value


def test_a_process_sees_what_another_one_writes(path, boards):
    program = textwrap.dedent(f"""
        from leadline.gateway.board import Board, Counter
        board = Board.attach({path!r}, 1)
        board.put(Counter.EVEN_MINUTE, 7, board.row(Counter.EVEN_MINUTE, 7)[0] + 1)
    """)
    boards[0].put(Counter.EVEN_MINUTE, 7, 41)
    subprocess.run([sys.executable, "-c", program], check=True)

    assert boards[2].row(Counter.EVEN_MINUTE, 7) == [41, 42, 0]


def test_what_a_dead_worker_had_in_flight_is_forgotten_when_its_successor_attaches(path, boards):
    boards[1].put(Counter.IN_FLIGHT, 3, 9)
    boards[2].put(Counter.IN_FLIGHT, 3, 4)
    boards[1].put(Counter.ODD_MINUTE, 3, 8)
    Board.attach(path, 1).close()

    assert boards[0].row(Counter.IN_FLIGHT, 3) == [0, 0, 4]
    assert boards[0].row(Counter.ODD_MINUTE, 3) == [0, 8, 0], "its requests were made nevertheless"


def test_only_the_owner_may_read_the_board(path):
    assert Path(path).stat().st_mode & 0o777 == 0o600


def test_a_new_board_replaces_an_old_one_that_workers_still_hold(path, boards):
    boards[0].put(Counter.IN_FLIGHT, 0, 5)
    Board.create(path, workers=1, slots=4)
    fresh = Board.attach(path, 0)

    assert fresh.row(Counter.IN_FLIGHT, 0) == [0]
    assert boards[0].own(Counter.IN_FLIGHT, 0) == 5
    fresh.close()


def test_a_worker_without_a_column_is_refused(path):
    with pytest.raises(BoardUnusable, match="workers 0 to 2, not for 3"):
        Board.attach(path, 3)


@pytest.mark.parametrize("content", [b"", b"LL", bytes(500), b"LLboard1" + bytes(500)])
def test_a_file_that_is_no_board_is_refused(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BoardUnusable, match="is not a board"):
        Board.attach(str(tmp_path / "other"), 0)
