"""Whose decision a change was, their reason, and whether a silence kept it back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_COLUMNS = ("by", "note", "silenced")


def upgrade() -> None:
    for name in ("by", "note"):
        op.add_column("incident_updates", sa.Column(name, sa.String, nullable=False, server_default=""))
    silenced = sa.Column("silenced", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("incident_updates", silenced)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("incident_updates", name)
