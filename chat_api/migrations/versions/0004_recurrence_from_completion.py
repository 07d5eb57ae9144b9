"""Recurrences that count from when the task is done."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. The default lets the version before this one go on writing."""
    op.add_column("tasks", sa.Column("from_completion", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("tasks") as table:
        table.drop_column("from_completion")
