"""Reminders that were snoozed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. The default lets the version before this one go on writing."""
    op.add_column("reminders", sa.Column("snoozed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("reminders") as table:
        table.drop_column("snoozed")
