"""The tables of `incidents.db`, as SQLAlchemy Core sees them; the migrations make them."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

METADATA = MetaData()

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("category", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("status", String, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("first_event_at", Float, nullable=False),
    Column("last_event_at", Float, nullable=False),
    Column("resolved_at", Float),
    Column("body", LargeBinary, nullable=False),
)
Index("incidents_by_time", INCIDENTS.c.opened_at)

UPDATES = Table(
    "incident_updates",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("change", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("severity", String, nullable=False),
    Column("page", Boolean, nullable=False),
    Column("by", String, nullable=False, server_default=""),
    Column("note", String, nullable=False, server_default=""),
    Column("silenced", Boolean, nullable=False, server_default=false()),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("incident_id", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("destination", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("error", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("incident_id", "sequence", "destination", name="one_change_once"),
)
Index("outbox_pending", OUTBOX.c.destination, OUTBOX.c.number, sqlite_where=text("state = 'pending'"))

CURSORS = Table(
    "cursors",
    METADATA,
    Column("consumer", String, primary_key=True),
    Column("segment", String, primary_key=True),
    Column("offset", Integer, nullable=False),
    Column("ended", Boolean, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("name", String, primary_key=True),
    Column("at", Float, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

WAITING_EVENTS = Table(
    "waiting_events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Events on their way to the facts engine. A number is never used twice."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("body", LargeBinary, nullable=False),
    Column("hash", String, nullable=False),
    sqlite_autoincrement=True,
)
"""What people did, each row chained to the one before it."""

DEEP_FINDINGS = Table(
    "deep_findings",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""On their way to triage and to the facts engine. A number is never used twice."""

JOBS = Table(
    "jobs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("state", String, nullable=False),
    sqlite_autoincrement=True,
)
"""Work that findings ask for; whoever does it moves `state` on."""

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("review_id", String, primary_key=True),
    Column("request_id", String, nullable=False, index=True),
    Column("at", Float, nullable=False, index=True),
    Column("until", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("held", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("key_alias", String, nullable=False),
    Column("user", String, nullable=False),
    Column("feature", String, nullable=False),
    Column("template", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prompt", String, nullable=False),
    Column("context", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("keep", Boolean, nullable=False),
    Column("decided_at", Float),
    Column("decided_by", String, nullable=False, server_default=""),
    Column("note", String, nullable=False, server_default=""),
)
"""What policies hold for a person. Body and texts are emptied once nobody needs them."""

META = Table(
    "meta", METADATA, Column("name", String, primary_key=True), Column("value", String, nullable=False)
)
