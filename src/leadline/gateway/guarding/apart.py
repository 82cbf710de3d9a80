"""Several pools of check processes, so that a slow guard keeps only those waiting who asked for it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from leadline.gateway.guarding.scanning import CheckPool, ProcessEnds
from leadline.vocabulary import ScanAnswer, ScanJob


class PoolsApart:
    """`others` has all guards that are not in `own`, which gives guards pools of their own by name."""

    def __init__(self, others: CheckPool, own: Mapping[str, CheckPool]) -> None:
        self._others = others
        self._own = own

    @property
    def _pools(self) -> list[CheckPool]:
        return list(dict.fromkeys([self._others, *self._own.values()]))

    @property
    def ends(self) -> ProcessEnds:
        ends = ProcessEnds()
        for pool in self._pools:
            ends += pool.ends
        return ends

    @property
    def unavailable(self) -> Mapping[str, str]:
        return {name: why for pool in self._pools for name, why in pool.unavailable.items()}

    async def aclose(self) -> None:
        await asyncio.gather(*[pool.aclose() for pool in self._pools])

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        wanted: dict[CheckPool, list[str]] = {}
        for name in job.guards:
            wanted.setdefault(self._own.get(name, self._others), []).append(name)
        if len(wanted) == 1:
            return await next(iter(wanted)).ask(job)
        return joined(await asyncio.gather(*[part_of(job, names, pool) for pool, names in wanted.items()]))


async def part_of(job: ScanJob, guards: Iterable[str], pool: CheckPool) -> ScanAnswer:
    """What these guards of the job find, or for each of them why it did not look."""
    part = msgspec.structs.replace(job, guards={name: job.guards[name] for name in guards})
    answer = await pool.ask(part)
    return ScanAnswer((), dict.fromkeys(part.guards, answer)) if isinstance(answer, str) else answer


def joined(answers: Sequence[ScanAnswer]) -> ScanAnswer:
    found = tuple([one for answer in answers for one in answer.found])
    broken = {name: why for answer in answers for name, why in answer.broken.items()}
    return ScanAnswer(found, broken)
