"""Keep the order of a room's items, and which item was made from which."""

import sqlalchemy as sa
from alembic import op

revision = '20261125_0951'
down_revision = '20261125_0940'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('position', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('origin_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('origin_act', sa.String(length=10), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
    op.execute('UPDATE action_item SET position = number')
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.alter_column('position', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.alter_column('origin_act', existing_type=sa.String(length=10), existing_nullable=False, server_default=None)
        batch_op.create_foreign_key(batch_op.f('fk_action_item_origin_id_action_item'), 'action_item', ['origin_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_action_item_merged_into_id_action_item'), 'action_item', ['merged_into_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_action_item_merged_into_id'), ['merged_into_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_item_merged_into_id'))
        batch_op.drop_constraint(batch_op.f('fk_action_item_merged_into_id_action_item'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_action_item_origin_id_action_item'), type_='foreignkey')
        for name in ('merged_into_id', 'origin_act', 'origin_id', 'position'):
            batch_op.drop_column(name)
