"""When an occurrence was done whose next one is not made yet."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("tasks", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back. What awaits its next occurrence stays completed, as the version before knows no other way."""
    with op.batch_alter_table("tasks") as table:
        table.drop_column("done_at")
