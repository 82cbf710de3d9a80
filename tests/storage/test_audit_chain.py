"""What was done stays as it was written, and a change in the middle shows."""

import sqlite3
import stat

import pytest

from leadline.storage.audit_book import AuditBook, read_book
from leadline.vocabulary import Deed


def deed(number):
    return Deed(at=float(number), by="ann", action="acknowledge", subject=f"prv-{number}", via="cli")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "control.db"


@pytest.fixture
def book(path):
    opened = AuditBook.open(path)
    for number in (1, 2, 3, 4):
        opened.note(deed(number))
    yield opened
    opened.close()


def sound(rows):
    return {row["number"]: row["sound"] for row in rows}


def test_deeds_are_told_newest_first_with_all_their_fields(book):
    newest, *_ = book.newest(2)

    assert len(book.newest(2)) == 2
    assert (newest["number"], newest["by"], newest["subject"], newest["via"]) == (4, "ann", "prv-4", "cli")
    assert sound(book.newest(10)) == {4: True, 3: True, 2: True, 1: True}
    assert sound(book.newest(2)) == {4: True, 3: True}


@pytest.mark.parametrize(
    ("statement", "unsound"),
    [
        ("update audit set body = replace(cast(body as text), 'ann', 'bob') where number = 2", {2}),
        ("delete from audit where number = 2", {3}),
        ("delete from audit where number = 1", {2}),
        ("update audit set body = 'x' where number = 4", {4}),
        ("update audit set hash = 'x' where number = 3", {3, 4}),
    ],
)
def test_what_was_altered_or_taken_out_shows(book, path, statement, unsound):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()

    assert {number for number, well in sound(book.newest(10)).items() if not well} == unsound


@pytest.mark.usefixtures("book")
def test_others_read_it_beside_its_writer(path):
    assert [row["subject"] for row in read_book(path, 2)] == ["prv-4", "prv-3"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_book_that_was_never_made_is_empty(path):
    assert read_book(path, 10) == []
    assert not path.exists()


def test_one_in_memory_needs_no_file():
    book = AuditBook.in_memory()
    book.note(deed(1))

    assert sound(book.newest(5)) == {1: True}
    book.close()
