/**
 * The wire: every name that goes over the live connection, by hand. `LIVE` holds the names of `announce/events.py`;
 * a test compares the two. No other module writes such a name as a string.
 */

/** Live events, all carried by `WIRE.EVENT`. */
export const LIVE = Object.freeze({
  CONSULTATION_CHANGED: "consultation.changed",
  SESSION_CHANGED: "session.changed",
  ROUND_CHANGED: "round.changed",
  ROOM_STATE_CHANGED: "room.state_changed",
  ROOM_DEADLINE_CHANGED: "room.deadline_changed",
  ROOM_BRIEFED: "room.briefed",
  ROOM_DOCUMENTS_PICKED: "room.documents_picked",
  STEP_CHANGED: "step.changed",
  QUEUE_CHANGED: "queue.changed",
  CHAT_POSTED: "chat.posted",
  CHAT_REMOVED: "chat.removed",
  SEAT_CALLED: "seat.called",
  SEAT_MOVED: "seat.moved",
  MEMBER_CHANGED: "member.changed",
  HELP_CHANGED: "help.changed",
  BROADCAST_SENT: "broadcast.sent",
  BROADCAST_READ: "broadcast.read",
  ITEM_CREATED: "item.created",
  ITEM_CHANGED: "item.changed",
  ITEM_READY_CHANGED: "item.ready_changed",
  ITEM_SUBMITTED: "item.submitted",
  ITEM_RETURNED: "item.returned",
  ITEM_WITHDRAWN: "item.withdrawn",
  ITEM_MERGED: "item.merged",
  ITEM_MOVED: "item.moved",
  NOTE_POSTED: "note.posted",
  NOTE_CHANGED: "note.changed",
  LATE_KEPT: "late.kept",
  LATE_DECIDED: "late.decided",
  COMMENT_POSTED: "comment.posted",
  COMMENT_ANSWERED: "comment.answered",
  REPORT_BACK_OPENED: "report_back.opened",
  DECISION_OPENED: "decision.opened",
  DECISION_CAST: "decision.cast",
  DECISION_CLOSED: "decision.closed",
  SUMMARY_GENERATED: "summary.generated",
  SUMMARY_PUBLISHED: "summary.published",
  SOURCE_ADDED: "source.added",
  PRESENCE_CHANGED: "presence.changed",
});

/** Socket.IO event names, both directions. */
export const WIRE = Object.freeze({
  FOLLOW: "follow",
  EVENT: "event",
  CLOCK: "clock",
  HERE: "here",
  JOIN: "join",
  CHECK: "c",
  UPDATE: "u",
  AWARENESS: "a",
  PERM: "perm",
  MOVED: "moved",
  RESYNC: "resync",
  DIGEST: "digest",
});

/**
 * @typedef {object} LiveEvent
 * @property {string} name
 * @property {number} version
 * @property {string} audience
 * @property {number|null} seq  position in its audience; null: not kept, never a gap
 * @property {number} at  ms since epoch, UTC
 * @property {Record<string, unknown>} data
 */
