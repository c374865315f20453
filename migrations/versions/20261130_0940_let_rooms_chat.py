"""Let people of a room write to each other.

Going back, what they wrote is lost.
"""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261130_0940'
down_revision = '20261130_0930'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chat_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('removed_as', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_chat_message_member_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_chat_message_room_id_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_message')),
    sa.UniqueConstraint('public_id', name=op.f('uq_chat_message_public_id'))
    )
    with op.batch_alter_table('chat_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chat_message_room_id'), ['room_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('chat_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_chat_message_room_id'))
    op.drop_table('chat_message')
