"""Which request made a task, so that its repetition makes no second one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("tasks", sa.Column("request_key", sa.String(length=100), nullable=True))
    op.create_index("uq_tasks_request_key", "tasks", ["user_id", "request_key"], unique=True)


def downgrade() -> None:
    """Back."""
    op.drop_index("uq_tasks_request_key", "tasks")
    with op.batch_alter_table("tasks") as table:
        table.drop_column("request_key")
