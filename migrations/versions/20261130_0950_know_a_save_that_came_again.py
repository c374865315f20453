"""Know a save of plain words that came again because its answer was lost."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261130_0950'
down_revision = '20261130_0940'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'plain_save',
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('page', sa.String(length=32), nullable=False),
        sa.Column('save', sa.String(length=32), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_plain_save_item_id_action_item')),
        sa.PrimaryKeyConstraint('item_id', 'page', name=op.f('pk_plain_save')),
    )
    op.create_index(op.f('ix_plain_save_at'), 'plain_save', ['at'])


def downgrade() -> None:
    op.drop_index(op.f('ix_plain_save_at'), table_name='plain_save')
    op.drop_table('plain_save')
