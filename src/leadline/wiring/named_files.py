"""The files that a plan names, and whether they have changed: a new key is used without a new plan."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from leadline.vocabulary import Plan, Target

_FILE = "file:"


class NamedFiles:
    """Secrets and TLS files of all targets. A look costs one `stat` for each."""

    def __init__(self, plan: Plan) -> None:
        targets = (*plan.accounts.values(), *(one for route in plan.routes.values() for one in route.targets))
        self._paths = tuple(dict.fromkeys(_paths(targets)))
        self._seen = self._look()

    def changed(self) -> bool:
        """Since it was last asked."""
        now = self._look()
        before, self._seen = self._seen, now
        return now != before

    def _look(self) -> tuple[object, ...]:
        return tuple([_signature(Path(path)) for path in self._paths])


def _paths(targets: Iterable[Target]) -> Iterator[str]:
    for target in targets:
        if target.secret.startswith(_FILE):
            yield target.secret.removeprefix(_FILE)
        if target.tls is not None:
            yield from filter(None, (target.tls.ca_file, target.tls.certificate, target.tls.key))


def _signature(path: Path) -> object:
    """None = it cannot be read now."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
