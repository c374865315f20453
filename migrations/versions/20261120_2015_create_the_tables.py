"""Create the tables of the whole journey."""

import sqlalchemy as sa
from alembic import op
import consult.db

revision = '20261120_2015'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audience_head',
    sa.Column('audience', sa.String(length=60), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('audience', name=op.f('pk_audience_head'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain', sa.String(length=12), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=20), nullable=False),
    sa.Column('act', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_chain_seq', ['chain', 'seq'], unique=True)

    op.create_table('audit_head',
    sa.Column('chain', sa.String(length=12), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('chain', name=op.f('pk_audit_head'))
    )
    op.create_table('consultation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('short_title', sa.String(length=80), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('attribution', sa.String(length=20), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('published_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_consultation_public_id'))
    )
    op.create_table('outbox_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=60), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_event'))
    )
    with op.batch_alter_table('outbox_event', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_event_audience_seq', ['audience', 'seq'], unique=True)

    op.create_table('user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_secretariat', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('email', name=op.f('uq_user_email')),
    sa.UniqueConstraint('public_id', name=op.f('uq_user_public_id'))
    )
    op.create_table('delegation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('iso3', sa.String(length=3), nullable=True),
    sa.Column('regional_group', sa.String(length=8), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_delegation_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation')),
    sa.UniqueConstraint('consultation_id', 'iso3', name=op.f('uq_delegation_consultation_id_iso3')),
    sa.UniqueConstraint('consultation_id', 'name', name=op.f('uq_delegation_consultation_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_delegation_public_id'))
    )
    with op.batch_alter_table('delegation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delegation_consultation_id'), ['consultation_id'], unique=False)

    op.create_table('session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('short_title', sa.String(length=80), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('starts_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('opened_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('report_back_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_session_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('consultation_id', 'number', name=op.f('uq_session_consultation_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_session_public_id'))
    )
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_consultation_id'), ['consultation_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.Column('shared_device', sa.Boolean(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_sign_in_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_user_id'), ['user_id'], unique=False)

    op.create_table('sign_in_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reusable', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_sign_in_link_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_link_token_hash'))
    )
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_link_user_id'), ['user_id'], unique=False)

    op.create_table('guiding_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_guiding_question_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guiding_question'))
    )
    with op.batch_alter_table('guiding_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_guiding_question_session_id'), ['session_id'], unique=False)

    op.create_table('member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('delegation_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('duties', sa.JSON(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('gender', sa.String(length=20), nullable=True),
    sa.Column('age_band', sa.String(length=20), nullable=True),
    sa.Column('needs', sa.Text(), nullable=False),
    sa.Column('joined_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_member_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_member_delegation_id_delegation')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_member_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('consultation_id', 'user_id', name=op.f('uq_member_consultation_id_user_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_member_public_id'))
    )
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_delegation_id'), ['delegation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_user_id'), ['user_id'], unique=False)

    op.create_table('round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_round_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_round_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round')),
    sa.UniqueConstraint('public_id', name=op.f('uq_round_public_id')),
    sa.UniqueConstraint('session_id', 'number', name=op.f('uq_round_session_id_number'))
    )
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_session_id'), ['session_id'], unique=False)

    op.create_table('source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('reference', sa.String(length=300), nullable=False),
    sa.Column('speaker', sa.String(length=200), nullable=False),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('added_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_source_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_source_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source')),
    sa.UniqueConstraint('public_id', name=op.f('uq_source_public_id'))
    )
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_source_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_source_session_id'), ['session_id'], unique=False)

    op.create_table('summary',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('published_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_version', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_summary_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_summary_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_summary')),
    sa.UniqueConstraint('public_id', name=op.f('uq_summary_public_id')),
    sa.UniqueConstraint('session_id', name=op.f('uq_summary_session_id'))
    )
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_summary_consultation_id'), ['consultation_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('delegation_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_invitation_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_invitation_delegation_id_delegation')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['member.id'], name=op.f('fk_invitation_invited_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_invitation_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index('ix_invitation_consultation_id_email', ['consultation_id', 'email'], unique=False)

    op.create_table('room',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('opened_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('deadline_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_room_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_room_round_id_round')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_room_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room')),
    sa.UniqueConstraint('public_id', name=op.f('uq_room_public_id')),
    sa.UniqueConstraint('round_id', 'number', name=op.f('uq_room_round_id_number'))
    )
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_room_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_room_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_room_session_id'), ['session_id'], unique=False)
        batch_op.create_index('ix_room_state_deadline_at', ['state', 'deadline_at'], unique=False)

    op.create_table('seating_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('room_count', sa.Integer(), nullable=False),
    sa.Column('input_hash', sa.String(length=64), nullable=False),
    sa.Column('proposed', sa.JSON(), nullable=False),
    sa.Column('assignment', sa.JSON(), nullable=False),
    sa.Column('moves', sa.JSON(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('applied_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['member.id'], name=op.f('fk_seating_plan_created_by_id_member')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_seating_plan_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seating_plan')),
    sa.UniqueConstraint('public_id', name=op.f('uq_seating_plan_public_id'))
    )
    with op.batch_alter_table('seating_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seating_plan_round_id'), ['round_id'], unique=False)

    op.create_table('summary_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('summary_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_summary_version_by_id_member')),
    sa.ForeignKeyConstraint(['summary_id'], ['summary.id'], name=op.f('fk_summary_version_summary_id_summary')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_summary_version')),
    sa.UniqueConstraint('summary_id', 'number', name=op.f('uq_summary_version_summary_id_number'))
    )
    with op.batch_alter_table('summary_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_summary_version_summary_id'), ['summary_id'], unique=False)

    op.create_table('action_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('text_changed_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ready_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_action_item_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['created_by_id'], ['member.id'], name=op.f('fk_action_item_created_by_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_action_item_room_id_room')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_action_item_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_item')),
    sa.UniqueConstraint('public_id', name=op.f('uq_action_item_public_id')),
    sa.UniqueConstraint('room_id', 'number', name=op.f('uq_action_item_room_id_number'))
    )
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_action_item_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_action_item_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_action_item_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_action_item_state'), ['state'], unique=False)

    op.create_table('presence',
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('seen_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_presence_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_presence_member_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_presence_room_id_room')),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_presence'))
    )
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presence_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_presence_room_id'), ['room_id'], unique=False)

    op.create_table('seat',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('duty', sa.String(length=20), nullable=True),
    sa.Column('seated_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('left_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_seat_member_id_member')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_seat_room_id_room')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_seat_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat'))
    )
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seat_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_seat_room_id'), ['room_id'], unique=False)
        batch_op.create_index('uq_seat_live', ['round_id', 'member_id'], unique=True, sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))

    op.create_table('comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('lane', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_comment_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_comment_item_id_action_item')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_comment_member_id_member')),
    sa.ForeignKeyConstraint(['parent_id'], ['comment.id'], name=op.f('fk_comment_parent_id_comment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sa.UniqueConstraint('member_id', 'message_id', name=op.f('uq_comment_member_id_message_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_comment_public_id'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_parent_id'), ['parent_id'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('opened_at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_decision_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_decision_item_id_action_item')),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_decision_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('public_id', name=op.f('uq_decision_public_id'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_session_id'), ['session_id'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('frozen_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('snapshot', sa.LargeBinary(), nullable=True),
    sa.Column('snapshot_seq', sa.Integer(), nullable=False),
    sa.Column('snapshot_crc', sa.BigInteger(), nullable=False),
    sa.Column('mirrored_seq', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_draft_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_draft_item_id_action_item')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_draft_room_id_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('item_id', name=op.f('uq_draft_item_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_draft_public_id'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_room_id'), ['room_id'], unique=False)

    op.create_table('item_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['action_item.id'], name=op.f('fk_item_version_item_id_action_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_version')),
    sa.UniqueConstraint('item_id', 'number', name=op.f('uq_item_version_item_id_number'))
    )
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_version_item_id'), ['item_id'], unique=False)

    op.create_table('ballot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('delegation_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_ballot_decision_id_decision')),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_ballot_delegation_id_delegation')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_ballot_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballot')),
    sa.UniqueConstraint('decision_id', 'delegation_id', name=op.f('uq_ballot_decision_id_delegation_id'))
    )
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_decision_id'), ['decision_id'], unique=False)

    op.create_table('ballot_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('delegation_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_ballot_change_decision_id_decision')),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_ballot_change_delegation_id_delegation')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_ballot_change_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballot_change'))
    )
    with op.batch_alter_table('ballot_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_change_decision_id'), ['decision_id'], unique=False)

    op.create_table('disposition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_disposition_by_id_member')),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_disposition_comment_id_comment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposition'))
    )
    with op.batch_alter_table('disposition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_disposition_comment_id'), ['comment_id'], unique=False)

    op.create_table('draft_client',
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('owner', sa.String(length=32), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_client_draft_id_draft')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_draft_client_member_id_member')),
    sa.PrimaryKeyConstraint('draft_id', 'client_id', name=op.f('pk_draft_client'))
    )
    op.create_table('draft_update',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('crc', sa.BigInteger(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_update_draft_id_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_update')),
    sa.UniqueConstraint('draft_id', 'seq', name=op.f('uq_draft_update_draft_id_seq'))
    )
    op.create_table('elector',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('delegation_id', sa.Integer(), nullable=False),
    sa.Column('track', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_elector_decision_id_decision')),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_elector_delegation_id_delegation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_elector')),
    sa.UniqueConstraint('decision_id', 'delegation_id', name=op.f('uq_elector_decision_id_delegation_id'))
    )
    with op.batch_alter_table('elector', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_elector_decision_id'), ['decision_id'], unique=False)

    op.create_table('late_contribution',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=12), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=32), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('preview', sa.Text(), nullable=False),
    sa.Column('at', consult.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', consult.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=10), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['member.id'], name=op.f('fk_late_contribution_decided_by_id_member')),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_late_contribution_draft_id_draft')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_late_contribution_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_contribution')),
    sa.UniqueConstraint('public_id', name=op.f('uq_late_contribution_public_id'))
    )
    with op.batch_alter_table('late_contribution', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_late_contribution_draft_id'), ['draft_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('late_contribution', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_late_contribution_draft_id'))

    op.drop_table('late_contribution')
    with op.batch_alter_table('elector', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_elector_decision_id'))

    op.drop_table('elector')
    op.drop_table('draft_update')
    op.drop_table('draft_client')
    with op.batch_alter_table('disposition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_disposition_comment_id'))

    op.drop_table('disposition')
    with op.batch_alter_table('ballot_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ballot_change_decision_id'))

    op.drop_table('ballot_change')
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ballot_decision_id'))

    op.drop_table('ballot')
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_version_item_id'))

    op.drop_table('item_version')
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_room_id'))
        batch_op.drop_index(batch_op.f('ix_draft_consultation_id'))

    op.drop_table('draft')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_session_id'))
        batch_op.drop_index(batch_op.f('ix_decision_item_id'))
        batch_op.drop_index(batch_op.f('ix_decision_consultation_id'))

    op.drop_table('decision')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_parent_id'))
        batch_op.drop_index(batch_op.f('ix_comment_item_id'))
        batch_op.drop_index(batch_op.f('ix_comment_consultation_id'))

    op.drop_table('comment')
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.drop_index('uq_seat_live', sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_seat_room_id'))
        batch_op.drop_index(batch_op.f('ix_seat_member_id'))

    op.drop_table('seat')
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_presence_room_id'))
        batch_op.drop_index(batch_op.f('ix_presence_consultation_id'))

    op.drop_table('presence')
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_item_state'))
        batch_op.drop_index(batch_op.f('ix_action_item_session_id'))
        batch_op.drop_index(batch_op.f('ix_action_item_room_id'))
        batch_op.drop_index(batch_op.f('ix_action_item_consultation_id'))

    op.drop_table('action_item')
    with op.batch_alter_table('summary_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_summary_version_summary_id'))

    op.drop_table('summary_version')
    with op.batch_alter_table('seating_plan', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_seating_plan_round_id'))

    op.drop_table('seating_plan')
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_index('ix_room_state_deadline_at')
        batch_op.drop_index(batch_op.f('ix_room_session_id'))
        batch_op.drop_index(batch_op.f('ix_room_round_id'))
        batch_op.drop_index(batch_op.f('ix_room_consultation_id'))

    op.drop_table('room')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('ix_invitation_consultation_id_email')

    op.drop_table('invitation')
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_summary_consultation_id'))

    op.drop_table('summary')
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_session_id'))
        batch_op.drop_index(batch_op.f('ix_source_consultation_id'))

    op.drop_table('source')
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_session_id'))
        batch_op.drop_index(batch_op.f('ix_round_consultation_id'))

    op.drop_table('round')
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_user_id'))
        batch_op.drop_index(batch_op.f('ix_member_delegation_id'))
        batch_op.drop_index(batch_op.f('ix_member_consultation_id'))

    op.drop_table('member')
    with op.batch_alter_table('guiding_question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_guiding_question_session_id'))

    op.drop_table('guiding_question')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_link_user_id'))

    op.drop_table('sign_in_link')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_user_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_consultation_id'))

    op.drop_table('session')
    with op.batch_alter_table('delegation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delegation_consultation_id'))

    op.drop_table('delegation')
    op.drop_table('user')
    with op.batch_alter_table('outbox_event', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_event_audience_seq')

    op.drop_table('outbox_event')
    op.drop_table('consultation')
    op.drop_table('audit_head')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_chain_seq')

    op.drop_table('audit_entry')
    op.drop_table('audience_head')
