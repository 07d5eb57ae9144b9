"""Which changes one message made: they are taken back together."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("changes", sa.Column("together", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("changes", "together")
