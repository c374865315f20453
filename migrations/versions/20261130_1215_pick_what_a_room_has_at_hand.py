"""Pick what a room has at hand."""

import sqlalchemy as sa
from alembic import op

revision = '20261130_1215'
down_revision = '20261130_0950'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.add_column(sa.Column('documents', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.alter_column('documents', existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_column('documents')
