"""Forget who made versions where nobody is named (attribution "none"); from now on nobody is kept there."""

from alembic import op

revision = '20261126_0100'
down_revision = '20261125_1020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE item_version SET made_by_id = NULL WHERE item_id IN (SELECT action_item.id FROM action_item"
        " JOIN consultation ON consultation.id = action_item.consultation_id WHERE consultation.attribution = 'none')"
    )


def downgrade() -> None:
    """The table is as it was; what was forgotten on purpose stays forgotten."""
