"""Let drafts have notes in the margin."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261126_0120'
down_revision = '20261126_0110'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('margin_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('anchor_start', sa.LargeBinary(), nullable=True),
    sa.Column('anchor_end', sa.LargeBinary(), nullable=True),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('message_id', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_margin_note_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_margin_note_item_id_action_item')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_margin_note_member_id_member')),
    sa.ForeignKeyConstraint(['parent_id'], ['margin_note.id'], name=op.f('fk_margin_note_parent_id_margin_note')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['member.id'], name=op.f('fk_margin_note_resolved_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_margin_note')),
    sa.UniqueConstraint('item_id', 'message_id', name=op.f('uq_margin_note_item_id_message_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_margin_note_public_id'))
    )
    with op.batch_alter_table('margin_note', schema=None) as batch_op:
        for name in ('consultation_id', 'item_id', 'parent_id'):
            batch_op.create_index(batch_op.f(f'ix_margin_note_{name}'), [name], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('margin_note', schema=None) as batch_op:
        for name in ('parent_id', 'item_id', 'consultation_id'):
            batch_op.drop_index(batch_op.f(f'ix_margin_note_{name}'))
    op.drop_table('margin_note')
