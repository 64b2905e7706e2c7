"""Passwords, sessions, and what a wrong one costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.ui.people import TRIES, WAIT_S, Sessions, Users, hash_password, password_fits
from corpora.errors import SettingsError, UsageError


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Users:
    made = Users(tmp_path_factory.mktemp("users") / "users.json")
    made.add("ada", "the deep sea")
    return made


def test_a_password_is_kept_only_as_a_salted_hash(users: Users) -> None:
    kept = users.path.read_text()
    assert "the deep sea" not in kept
    assert hash_password("the deep sea") != hash_password("the deep sea")


def test_the_file_is_readable_by_its_owner_alone(users: Users) -> None:
    assert users.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "password", "fits"),
    [("ada", "the deep sea", True), ("ada", "the deep see", False), ("ada", "", False), ("ben", "the deep sea", False)],
)
def test_only_the_right_password_fits(users: Users, name: str, password: str, fits: bool) -> None:
    assert users.fits(name, password) is fits


@pytest.mark.parametrize("stored", ["", "plain", "scrypt$x$8$3$a$b", "md5$1$2$3$4$5", "scrypt$32768$8$3$!!$!!"])
def test_a_stored_hash_that_is_none_fits_nothing(stored: str) -> None:
    assert password_fits("anything", stored) is False


@pytest.mark.parametrize("name", ["", "../ada", "a/b", ".hidden", "a b", "x" * 65, "ada\n"])
def test_a_name_that_could_be_a_path_is_refused(users: Users, name: str) -> None:
    with pytest.raises(UsageError):
        users.add(name, "long enough")


def test_a_short_password_is_refused(users: Users) -> None:
    with pytest.raises(UsageError, match="shorter than 8"):
        users.add("ben", "short")


def test_a_file_that_is_no_table_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("[1, 2]")
    with pytest.raises(SettingsError, match="no table of names"):
        Users(tmp_path / "users.json").names()


def test_a_session_is_its_holders_until_logged_out(users: Users) -> None:
    sessions = Sessions(users)
    token = sessions.log_in("ada", "the deep sea")
    assert token is not None
    assert sessions.name_of(token) == "ada"
    assert sessions.name_of(token + "x") is None
    sessions.log_out(token)
    assert sessions.name_of(token) is None


def test_five_wrong_passwords_make_a_name_wait(users: Users) -> None:
    now = [0.0]
    sessions = Sessions(users, clock=lambda: now[0])
    for _ in range(TRIES):
        assert sessions.log_in("ada", "wrong wrong") is None
    assert sessions.log_in("ada", "the deep sea") is None
    now[0] = WAIT_S + 1
    assert sessions.log_in("ada", "the deep sea") is not None


def test_a_removed_user_is_out_at_once(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("ben", "long enough")
    sessions = Sessions(users)
    token = sessions.log_in("ben", "long enough")
    assert token is not None
    users.remove("ben")
    assert sessions.name_of(token) is None
