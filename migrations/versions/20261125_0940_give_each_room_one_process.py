"""Say which process has a room's drafts in memory and may write them."""

import sqlalchemy as sa
from alembic import op

revision = '20261125_0940'
down_revision = '20261125_0930'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('room_lease',
    sa.Column('room_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('expires_ms', sa.BigInteger(), nullable=False),
    sa.Column('wanted_by', sa.String(length=80), nullable=False),
    sa.Column('wanted_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_room_lease_room_id_room')),
    sa.PrimaryKeyConstraint('room_id', name=op.f('pk_room_lease'))
    )


def downgrade() -> None:
    op.drop_table('room_lease')
