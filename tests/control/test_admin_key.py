"""The admin key is made once, private, and checked by digest."""

import pytest
import structlog

from leadline.control.admin_key import UnusableAdminKey, open_admin_key


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path):
    made = open_admin_key(tmp_path / "data" / "admin.key")

    assert made.created
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.matches(made.path.read_text().strip())
    assert not made.matches("ll-admin-guessed")
    assert [file.name for file in made.path.parent.iterdir()] == ["admin.key"]


def test_the_next_start_keeps_the_key(tmp_path):
    first = open_admin_key(tmp_path / "admin.key")
    again = open_admin_key(tmp_path / "admin.key")

    assert not again.created
    assert again.digest == first.digest


def test_the_log_names_the_path_and_never_the_key(tmp_path):
    with structlog.testing.capture_logs() as logged:
        made = open_admin_key(tmp_path / "admin.key")

    assert any(line.get("path") == str(made.path) for line in logged)
    assert made.path.read_text().strip() not in str(logged)
    assert made.path.read_text().strip() not in repr(made)


def test_a_key_that_others_can_read_is_warned_of(tmp_path):
    open_admin_key(tmp_path / "admin.key")
    (tmp_path / "admin.key").chmod(0o644)

    with structlog.testing.capture_logs() as logged:
        open_admin_key(tmp_path / "admin.key")

    assert [line["event"] for line in logged] == ["admin_key_readable_by_others"]


def test_an_empty_key_file_opens_no_door(tmp_path):
    (tmp_path / "admin.key").write_text("\n")

    with pytest.raises(UnusableAdminKey, match="delete the file"):
        open_admin_key(tmp_path / "admin.key")
