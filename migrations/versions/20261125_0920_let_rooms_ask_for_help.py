"""Let rooms ask for help; keep since when somebody is away, when they last wrote, and who only looks on."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_0920'
down_revision = '20261125_0915'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('help_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=12), nullable=False),
    sa.Column('raised_by_id', sa.Integer(), nullable=False),
    sa.Column('raised_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=True),
    sa.Column('taken_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['raised_by_id'], ['member.id'], name=op.f('fk_help_request_raised_by_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_help_request_room_id_room')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['member.id'], name=op.f('fk_help_request_taken_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_help_request_public_id'))
    )
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_request_room_id'), ['room_id'], unique=False)
        batch_op.create_index('uq_help_request_live', ['room_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('left_at', consult.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wrote_at', consult.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('observes', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.alter_column('observes', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)

    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.add_column(sa.Column('items_wanted', sa.Integer(), nullable=False, server_default='3'))
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.alter_column('items_wanted', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('items_wanted')
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.drop_column('observes')
        batch_op.drop_column('wrote_at')
        batch_op.drop_column('left_at')
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_index('uq_help_request_live', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_help_request_room_id'))
    op.drop_table('help_request')
