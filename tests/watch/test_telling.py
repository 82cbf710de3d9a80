"""Who hears of a change, and what a backlog of changes comes to."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.watch.records import NOON, incident, update

from leadline.destinations.webhook import Webhook
from leadline.storage import OutboxEntry
from leadline.vocabulary import Change, FailureCategory, IncidentStatus, Severity
from leadline.watch.telling import Audience, When, audience, entries, net

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


TICKETS = {"tickets": Audience(Severity.MEDIUM, only_pages=False, only_outlived=True)}


def test_a_tracker_hears_of_what_stays_open_and_of_what_follows():
    lived = update(Change.OUTLIVED, 2, page=False)
    worse = update(Change.ESCALATED, 3)
    heard = {("prv-1", "tickets")}

    assert entries([update()], TICKETS, set(), NOON) == []
    assert len(entries([lived], TICKETS, set(), NOON)) == 1
    assert entries([worse], TICKETS, set(), NOON) == []
    assert len(entries([worse], TICKETS, heard, NOON)) == 1
    assert entries([update(Change.REPEATED, 4)], TICKETS, heard, NOON) == []
    assert len(entries([update(Change.RESOLVED, 5, of=RESOLVED)], TICKETS, heard, NOON)) == 1


def test_a_backlog_in_which_an_incident_outlived_still_pages_and_still_becomes_a_ticket():
    told = net([update(), update(Change.OUTLIVED, 2, page=False), update(Change.ESCALATED, 3, page=False)])

    assert len(entries([told], PAGER, set(), NOON)) == 1
    assert len(entries([told], TICKETS, set(), NOON)) == 1


def test_an_audience_is_what_a_destination_wishes_and_its_routes():
    route = When(at_least=Severity.LOW)
    places = {"a": Webhook(url="u", only_pages=True), "b": Webhook(url="u", only_outlived=True)}

    assert audience(places, {"b": (route,)}) == {
        "a": Audience(Severity.HIGH, only_pages=True),
        "b": Audience(Severity.HIGH, only_pages=False, only_outlived=True, routes=(route,)),
    }


def goes(route, about=None, at=NOON):
    return route.leads(about or update(), Severity.HIGH, at)


def test_a_route_chooses_by_category_severity_and_feature():
    medium = update(of=incident(severity=Severity.MEDIUM))
    search = update(of=incident(dimensions={"feature": {"search": 3, "help": 1}}))

    assert goes(When(categories=frozenset({FailureCategory.PROVIDER})))
    assert not goes(When(categories=frozenset({FailureCategory.COST})))
    assert not goes(When(), medium)
    assert goes(When(at_least=Severity.MEDIUM), medium)
    assert goes(When(features=frozenset({"help"})), search)
    assert not goes(When(features=frozenset({"checkout"})), search)
    assert not goes(When(features=frozenset({"checkout"})))


def test_any_route_is_enough_and_an_end_needs_none():
    never, always = When(categories=frozenset({FailureCategory.COST})), When()
    closed = {"pager": Audience(Severity.HIGH, only_pages=True, routes=(never,))}
    opened = {"pager": Audience(Severity.HIGH, only_pages=True, routes=(never, always))}
    end = update(Change.RESOLVED, 2, of=RESOLVED, page=False)

    assert entries([update()], closed, set(), NOON) == []
    assert len(entries([update()], opened, set(), NOON)) == 1
    assert len(entries([end], closed, {("prv-1", "pager")}, NOON)) == 1


def moment(text, zone="Europe/Berlin"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


OFFICE = When(hours=(480, 1080), days=frozenset(range(5)), zone=ZoneInfo("Europe/Berlin"))
NIGHT = When(hours=(1320, 360), days=frozenset({4}), zone=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("route", "local", "open_"),
    [
        (OFFICE, "2027-01-15T08:00", True),
        (OFFICE, "2027-01-15T07:59", False),
        (OFFICE, "2027-01-15T18:00", False),
        (OFFICE, "2027-01-16T12:00", False),
        (OFFICE, "2027-07-15T08:00", True),
        (NIGHT, "2027-01-15T22:00", True),
        (NIGHT, "2027-01-16T05:59", True),
        (NIGHT, "2027-01-16T06:00", False),
        (NIGHT, "2027-01-16T22:00", False),
        (NIGHT, "2027-01-15T03:00", False),
    ],
)
def test_hours_are_local_and_a_night_belongs_to_the_day_it_begins(route, local, open_):
    assert goes(route, at=moment(local)) is open_


@given(at=st.floats(0, 4e9), begin=st.integers(0, 1439), length=st.integers(1, 1439))
def test_hours_and_the_rest_of_the_day_make_a_day(at, begin, length):
    end = (begin + length) % 1440
    inside, outside = When(hours=(begin, end)), When(hours=(end, begin))

    assert goes(inside, at=at) is not goes(outside, at=at)
