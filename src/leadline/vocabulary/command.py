"""What people may tell the watch to do about incidents: a closed list, sent over its unix socket."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.taxonomy import FailureCategory

LATEST_S = 253_402_300_799.0
"""Unix seconds of the last moment that has a date of four digits; nothing ends later."""


class Command(StrEnum):
    """Sent as `Ask`, arguments first (required ones with *), then what the one row of the answer holds.

    acknowledge: incident_id*, by*, reason -> incident_id, status, changed
    resolve: incident_id*, by*, reason -> incident_id, status, changed
    silence: key, category, feature (at least one), until* (Unix seconds), by*, reason -> the `Silence`
    unsilence: silence_id*, by*, reason -> silence_id
    notify_test: destination*, by*, resolve -> destination, delivered (bool), answer (a sentence)
    release, reject: review_id*, by*, reason -> the row of `reviews`, changed (bool); what a policy holds is
        given to the client, or never
    reload: -> changed (bool); the configuration is read again, and what it says of the watch is followed

    Each but `reload` also takes `via` (cli, api or console), and each becomes a `Deed` of the audit chain.
    """

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    NOTIFY_TEST = "notify_test"
    RELEASE = "release"
    REJECT = "reject"
    RELOAD = "reload"


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents that fit all that is given are recorded as ever, but nobody is told until `until`.

    `feature` fits an incident that hits this feature and no other. Times are Unix seconds.
    """

    silence_id: str
    until: float
    by: str
    at: float
    key: str = ""
    category: FailureCategory | None = None
    feature: str = ""
    reason: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One command as triage obeys it. `silence` comes with `silence`, `silence_id` with `unsilence`.

    `via` and `account` are those of its `Deed`.
    """

    command: Command
    by: str
    at: float
    incident_id: str = ""
    silence_id: str = ""
    silence: Silence | None = None
    reason: str = ""
    via: str = ""
    account: str = ""
