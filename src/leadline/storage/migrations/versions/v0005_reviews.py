"""What policies hold for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WORDS = (
    "state", "held", "policy", "evidence", "tenant", "key_alias", "user", "feature", "template", "provider",
    "model", "protocol", "digest", "content_type",
)  # fmt: skip
_TEXTS = ("prompt", "context", "answer")


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        *[sa.Column(name, sa.String, nullable=False) for name in _WORDS],
        sa.Column("body", sa.LargeBinary, nullable=False),
        *[sa.Column(name, sa.String, nullable=False) for name in _TEXTS],
        sa.Column("keep", sa.Boolean, nullable=False),
        sa.Column("decided_at", sa.Float),
        sa.Column("decided_by", sa.String, nullable=False, server_default=""),
        sa.Column("note", sa.String, nullable=False, server_default=""),
    )
    op.create_index("ix_reviews_request_id", "reviews", ["request_id"])
    op.create_index("ix_reviews_at", "reviews", ["at"])


def downgrade() -> None:
    op.drop_table("reviews")
