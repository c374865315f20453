"""Hold who was cut off."""

import sqlalchemy as sa
from alembic import op

import consult.db

revision = '20261130_1910'
down_revision = '20261130_1215'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held_until', consult.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.drop_column('held_until')
