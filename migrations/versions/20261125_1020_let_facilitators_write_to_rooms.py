"""Let facilitators write to rooms, and see how many have read it."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_1020'
down_revision = '20261125_1010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('broadcast',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_broadcast_round_id_round')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['member.id'], name=op.f('fk_broadcast_sent_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast')),
    sa.UniqueConstraint('public_id', name=op.f('uq_broadcast_public_id'))
    )
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_broadcast_round_id'), ['round_id'], unique=False)

    op.create_table('broadcast_room',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_broadcast_room_broadcast_id_broadcast')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_broadcast_room_room_id_room')),
    sa.PrimaryKeyConstraint('broadcast_id', 'room_id', name=op.f('pk_broadcast_room'))
    )
    with op.batch_alter_table('broadcast_room', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_broadcast_room_room_id'), ['room_id'], unique=False)

    op.create_table('broadcast_receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_broadcast_receipt_broadcast_id_broadcast')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_broadcast_receipt_member_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_broadcast_receipt_room_id_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast_receipt')),
    sa.UniqueConstraint('broadcast_id', 'member_id', name=op.f('uq_broadcast_receipt_broadcast_id_member_id'))
    )


def downgrade() -> None:
    op.drop_table('broadcast_receipt')
    with op.batch_alter_table('broadcast_room', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_broadcast_room_room_id'))
    op.drop_table('broadcast_room')
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_broadcast_round_id'))
    op.drop_table('broadcast')
