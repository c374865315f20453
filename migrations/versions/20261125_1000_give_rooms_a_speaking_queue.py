"""Give rooms a speaking queue with turns of a set length."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_1000'
down_revision = '20261125_0951'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hand',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('raised_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('called_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_hand_member_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_hand_room_id_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand'))
    )
    with op.batch_alter_table('hand', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hand_room_id'), ['room_id'], unique=False)
        batch_op.create_index('uq_hand_live', ['room_id', 'member_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.add_column(sa.Column('talk_seconds', sa.Integer(), nullable=False, server_default='180'))
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.alter_column('talk_seconds', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_column('talk_seconds')
    with op.batch_alter_table('hand', schema=None) as batch_op:
        batch_op.drop_index('uq_hand_live', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_hand_room_id'))
    op.drop_table('hand')
