"""Let a session say how many words an action item should have, about."""

import sqlalchemy as sa
from alembic import op

revision = '20261125_0915'
down_revision = '20261125_0345'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('target_words', sa.Integer(), nullable=False, server_default='150'))
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.alter_column('target_words', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_column('target_words')
