"""Show where each room is on its way through the round."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261130_0900'
down_revision = '20261126_0120'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.add_column(sa.Column('step', sa.String(length=12), nullable=False, server_default='names'))
        batch_op.add_column(sa.Column('step_at', consult.db.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.alter_column('step', existing_type=sa.String(length=12), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_column('step_at')
        batch_op.drop_column('step')
