"""Keep of a version what it is called, who made it, and where in the draft's log it stands."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261125_1010'
down_revision = '20261125_1000'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('name', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('seq', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('made_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('from_number', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('from_at', consult.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_item_version_made_by_id_member'), 'member', ['made_by_id'], ['id'])
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.alter_column('name', existing_type=sa.Text(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_item_version_made_by_id_member'), type_='foreignkey')
        for name in ('from_at', 'from_number', 'made_by_id', 'seq', 'name'):
            batch_op.drop_column(name)
