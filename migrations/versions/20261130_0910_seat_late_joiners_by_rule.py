"""Let a round seat people who come late by itself."""

import sqlalchemy as sa
from alembic import op

revision = '20261130_0910'
down_revision = '20261130_0900'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place_late_after', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('place_late_after')
