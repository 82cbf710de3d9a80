"""Who hears of a change, and what a backlog of changes comes to."""

from tests.watch.records import NOON, incident, update

from leadline.storage import OutboxEntry
from leadline.vocabulary import Change, IncidentStatus, Severity
from leadline.watch.telling import Audience, entries, net

EVERYTHING = {"log": Audience(Severity.LOW, only_pages=False)}
PAGER = {"pager": Audience(Severity.HIGH, only_pages=True)}
RESOLVED = incident(status=IncidentStatus.RESOLVED)


def test_a_backlog_that_ends_open_is_told_as_one_opening_with_the_last_state():
    last = incident(severity=Severity.CRITICAL)

    told = net(
        [update(page=False), update(Change.ESCALATED, 2), update(Change.ESCALATED, 3, of=last, page=False)]
    )

    assert (told.change, told.sequence, told.page) == (Change.OPENED, 3, True)
    assert told.incident.severity is Severity.CRITICAL


def test_a_backlog_that_ends_resolved_is_told_only_where_it_had_been_heard_of():
    told = net([update(), update(Change.RESOLVED, 2, of=RESOLVED, page=False)])

    assert entries([told], EVERYTHING, heard=set(), at=NOON) == []
    assert entries([told], EVERYTHING, heard={("prv-1", "log")}, at=NOON) == [
        OutboxEntry(destination="log", update=told)
    ]


def test_a_pager_hears_pages_and_the_end_of_what_it_heard():
    change = update(Change.REPEATED, page=False)
    end = update(Change.RESOLVED, 3, of=RESOLVED, page=False)

    assert len(entries([update()], PAGER, set(), NOON)) == 1
    assert entries([change], PAGER, set(), NOON) == []
    assert entries([end], PAGER, set(), NOON) == []
    assert len(entries([end], PAGER, {("prv-1", "pager")}, NOON)) == 1


def test_nobody_hears_of_what_is_too_mild_for_them():
    mild = update(of=incident(severity=Severity.MEDIUM))

    assert entries([mild], {"log": Audience(Severity.HIGH, only_pages=False)}, set(), NOON) == []
    assert len(entries([mild], EVERYTHING, set(), NOON)) == 1
