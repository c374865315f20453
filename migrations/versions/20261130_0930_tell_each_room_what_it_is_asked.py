"""Tell each room what it is asked."""

import sqlalchemy as sa
from alembic import op

revision = '20261130_0930'
down_revision = '20261130_0910'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.add_column(sa.Column('brief', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.alter_column('brief', existing_type=sa.Text(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_column('brief')
