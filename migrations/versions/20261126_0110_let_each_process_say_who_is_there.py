"""Let each process say by itself who is there, so that none takes back what another wrote.

Going back, who is where is forgotten; it is written down anew within seconds.
"""

import sqlalchemy as sa
from alembic import op

revision = '20261126_0110'
down_revision = '20261126_0100'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('process', sa.String(length=60), nullable=False, server_default=''))
        batch_op.drop_constraint('pk_presence', type_='primary')
        batch_op.create_primary_key('pk_presence', ['member_id', 'process'])
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.alter_column('process', existing_type=sa.String(length=60), existing_nullable=False, server_default=None)


def downgrade() -> None:
    op.execute('DELETE FROM presence')
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.drop_constraint('pk_presence', type_='primary')
        batch_op.create_primary_key('pk_presence', ['member_id'])
        batch_op.drop_column('process')
