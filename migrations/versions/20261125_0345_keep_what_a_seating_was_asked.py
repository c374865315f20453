"""Keep what a seating was asked for, its whole input and every act on it; and people's topic wishes."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_0345'
down_revision = '20261120_2015'
branch_labels = None
depends_on = None

#: Columns that proposals made before get a value in, and the value.
ADDED = (
    ('version', sa.Integer(), '1'),
    ('constraints', sa.JSON(), '{}'),
    ('status', sa.String(length=12), 'ok'),
    ('conflicts', sa.JSON(), '[]'),
    ('dropped', sa.JSON(), '[]'),
    ('locks', sa.JSON(), '[]'),
    ('revision', sa.Integer(), '0'),
)


def upgrade() -> None:
    with op.batch_alter_table('seating_plan', schema=None) as batch_op:
        for name, kind, value in ADDED:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=value))
        batch_op.add_column(sa.Column('case', sa.JSON(), nullable=True))
    # The newest proposal was the current one: its row number is the highest of its round.
    op.execute('UPDATE seating_plan SET revision = id')
    with op.batch_alter_table('seating_plan', schema=None) as batch_op:
        for name, kind, _value in ADDED:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        batch_op.create_unique_constraint(batch_op.f('uq_seating_plan_round_id_revision'), ['round_id', 'revision'])

    op.create_table('topic_wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('topics', sa.JSON(), nullable=False),
    sa.Column('wished_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_topic_wish_member_id_member')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_topic_wish_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic_wish')),
    sa.UniqueConstraint('round_id', 'member_id', name=op.f('uq_topic_wish_round_id_member_id'))
    )
    with op.batch_alter_table('topic_wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_wish_member_id'), ['member_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('topic_wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_wish_member_id'))

    op.drop_table('topic_wish')
    with op.batch_alter_table('seating_plan', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_seating_plan_round_id_revision'), type_='unique')
        batch_op.drop_column('case')
        for name, _kind, _value in reversed(ADDED):
            batch_op.drop_column(name)
