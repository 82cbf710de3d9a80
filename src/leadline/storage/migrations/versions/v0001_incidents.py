"""Incidents, their updates, the outbox, cursors, snapshots and events on their way to the facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("first_event_at", sa.Float, nullable=False),
        sa.Column("last_event_at", sa.Float, nullable=False),
        sa.Column("resolved_at", sa.Float),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("incidents_by_time", "incidents", ["opened_at"])
    op.create_table(
        "incident_updates",
        sa.Column("incident_id", sa.String, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("page", sa.Boolean, nullable=False),
    )
    _create_outbox()
    op.create_table(
        "cursors",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("segment", sa.String, primary_key=True),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "waiting_events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("destination", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("incident_id", "sequence", "destination", name="one_change_once"),
    )
    op.create_index(
        "outbox_pending",
        "outbox",
        ["destination", "number"],
        sqlite_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    for table in (
        "meta",
        "waiting_events",
        "snapshots",
        "cursors",
        "outbox",
        "incident_updates",
        "incidents",
    ):
        op.drop_table(table)
