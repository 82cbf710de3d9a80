"""The first admin key: made once, kept in a file that only its owner may read, checked by its digest."""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

import msgspec
import structlog

PREFIX = "ll-admin-"
_SHORTEST = 16
_log = structlog.get_logger(__name__)


class UnusableAdminKey(ValueError):
    """The file is there but holds no key."""


class AdminKey(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` is the key's sha256; the key itself stays in the file. `created` = this start made it."""

    path: Path
    digest: bytes
    created: bool = False

    def matches(self, offered: str) -> bool:
        return hmac.compare_digest(_digest(offered), self.digest)


def open_admin_key(path: Path) -> AdminKey:
    """Read the admin key, or make one at the first start (0600). Logs the path, never the key.

    Raises UnusableAdminKey when the file holds no key, OSError when it cannot be read or made.
    """
    created = False
    if not path.exists():
        created = _write_new(path, PREFIX + secrets.token_urlsafe(32))
    key = path.read_text().strip()
    if len(key) < _SHORTEST:
        raise UnusableAdminKey(
            f"{path} holds no admin key (at least {_SHORTEST} characters); "
            "delete the file and start again to get a new one"
        )
    if created:
        _log.info("admin_key_created", path=str(path), next_step="open the file and sign in with its key")
    elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        _log.warning("admin_key_readable_by_others", path=str(path), next_step="chmod 600 the file")
    return AdminKey(path=path, digest=_digest(key), created=created)


def _write_new(path: Path, key: str) -> bool:
    """False when another process was first. A link never shows half a key and never replaces one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
