"""Lists, subtasks, all-day tasks, single occurrences, preferences, history, API tokens, feeds, push, the digest."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _user() -> sa.ForeignKey:
    return sa.ForeignKey("users.id", ondelete="CASCADE")


def upgrade() -> None:
    """Forward. Every new column has a default, so that the version before this one can go on writing."""
    op.create_table(
        "lists",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("user_id", sa.String(length=32), _user(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("user_id", "name_key", name="uq_lists_name"),
    )
    # SQLite cannot add a reference in place: Alembic copies the table there, with references off (migrations/env.py).
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("list_id", sa.String(length=32), nullable=True))
        tasks.add_column(sa.Column("parent_id", sa.String(length=32), nullable=True))
        tasks.create_foreign_key("fk_tasks_list_id", "lists", ["list_id"], ["id"], ondelete="SET NULL")
        tasks.create_foreign_key("fk_tasks_parent_id", "tasks", ["parent_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_tasks_list_id", "tasks", ["list_id"])
    op.create_index("ix_tasks_parent_id", "tasks", ["parent_id"])
    op.add_column("tasks", sa.Column("all_day", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("occurrence_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("rang_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("kind", sa.String(length=16), nullable=False, server_default="task"))

    op.add_column("inbox", sa.Column("kind", sa.String(length=16), nullable=False, server_default="reminder"))
    op.add_column("inbox", sa.Column("body", sa.Text(), nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.add_column("outbox", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))

    op.create_table(
        "preferences",
        sa.Column("user_id", sa.String(length=32), _user(), primary_key=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("zone_declined", sa.String(length=64), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("all_day_at", sa.Time(), nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("user_id", sa.String(length=32), _user(), nullable=False),
        sa.Column("said", sa.String(length=700), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_user_id_id", "changes", ["user_id", "id"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("user_id", sa.String(length=32), _user(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.String(length=32), _user(), primary_key=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("user_id", sa.String(length=32), _user(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False, unique=True),
        sa.Column("p256dh", sa.String(length=200), nullable=False),
        sa.Column("auth", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_push_subscriptions_user_id", "push_subscriptions", ["user_id"])


def downgrade() -> None:
    """Back."""
    for table in ("push_subscriptions", "calendar_feeds", "api_tokens", "changes", "preferences"):
        op.drop_table(table)
    op.drop_column("outbox", "not_before")
    for column in ("quiet", "body", "kind"):
        op.drop_column("inbox", column)
    for column in ("kind", "rang_at", "occurrence_at", "all_day"):
        op.drop_column("tasks", column)
    op.drop_index("ix_tasks_parent_id", "tasks")
    op.drop_index("ix_tasks_list_id", "tasks")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_constraint("fk_tasks_parent_id", type_="foreignkey")
        tasks.drop_constraint("fk_tasks_list_id", type_="foreignkey")
        tasks.drop_column("parent_id")
        tasks.drop_column("list_id")
    op.drop_table("lists")
