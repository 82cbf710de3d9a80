"""Check processes outlive a reload that leaves their guards as they are: one takes a second to start."""

import functools
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from leadline.gateway.guarding.scanning import CheckPool, ProcessEnds
from leadline.vocabulary import ScanAnswer, ScanJob

_encoder = msgspec.msgpack.Encoder(order="sorted")


class _Shared(msgspec.Struct):
    pool: CheckPool
    users: int = 0


class SharedPools:
    """Of one worker. A pool is closed when nobody uses it any more."""

    def __init__(self) -> None:
        self._held: dict[bytes, _Shared] = {}

    def lease(self, made_of: object, start: Callable[[], CheckPool]) -> "Lease":
        """The pool that is made of the same, or a new one where there is none, or one that lacks a guard.
        `made_of` is all that `start` depends on.
        """
        key = _encoder.encode(made_of)
        shared = self._held.get(key)
        if shared is None or shared.pool.unavailable:
            shared = self._held[key] = _Shared(start())
        shared.users += 1
        return Lease(shared.pool, functools.partial(self._give_back, key, shared))

    async def _give_back(self, key: bytes, shared: _Shared) -> None:
        shared.users -= 1
        if shared.users:
            return
        if self._held.get(key) is shared:
            del self._held[key]
        await shared.pool.aclose()


class Lease:
    """A pool as one set of guardrails uses it; `ends` counts from the lease's beginning."""

    def __init__(self, pool: CheckPool, give_back: Callable[[], Awaitable[None]]) -> None:
        self._pool = pool
        self._give_back = give_back
        self._before = pool.ends
        self._open = True

    @property
    def ends(self) -> ProcessEnds:
        return self._pool.ends - self._before

    @property
    def unavailable(self) -> Mapping[str, str]:
        return self._pool.unavailable

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        return await self._pool.ask(job)

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            await self._give_back()
