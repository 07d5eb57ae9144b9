"""E-mail and webhooks: addresses, codes, where to post, what became of each item."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _user(*, unique: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.String(length=32), owner, nullable=False, unique=unique)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "email_addresses",
        sa.Column("id", sa.String(length=32), primary_key=True),
        _user(),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("unsubscribe_token", sa.String(length=64), nullable=False, unique=True),
        sa.UniqueConstraint("user_id", "address", name="uq_email_addresses_address"),
    )
    op.create_table(
        "mailed_codes",
        sa.Column("key", sa.String(length=64), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_mailed_codes_since", "mailed_codes", ["since"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=32), primary_key=True),
        _user(unique=True),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("channel", sa.String(length=16), primary_key=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
    )


def downgrade() -> None:
    """Back."""
    for table in ("deliveries", "webhooks", "mailed_codes", "email_addresses"):
        op.drop_table(table)
