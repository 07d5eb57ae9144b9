"""An announcement that came ahead of its time says which reminder it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("intake", sa.Column("reminder_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("intake", "reminder_id")
