"""Let the clock of a room stand still, and know when a session is to end."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_0930'
down_revision = '20261125_0920'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused_at', consult.db.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ends_at', consult.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_column('ends_at')
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_column('paused_at')
