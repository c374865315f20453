"""What a refusal says, by its code: what happened, what is safe, what to do. Imports only `i18n`."""

from consult.i18n import N_, text

MESSAGES: dict[str, str] = {
    "not_found": N_(
        "There is no such page, or it is not for you. Check the address, or go back to the front page."
    ),
    "not_allowed": N_("You may not do this here."),
    "not_a_member": N_("You do not take part in this consultation."),
    "organizers_only": N_("Only the secretariat can do this."),
    "facilitators_only": N_("Only facilitators and the secretariat can do this."),
    "viewers_only_read": N_(
        "You follow this consultation as a viewer: you can read everything that is public."
    ),
    "room.not_seated": N_("You have no seat in this room. Ask a facilitator if you should be here."),
    "room.rapporteurs_only": N_("Only the room's moderator or rapporteur, or a facilitator, can do this."),
    "room.moderators_only": N_("Only the room's moderator or deputy, or a facilitator, can do this."),
    "room.closed": N_(
        "The room is closed, so its text can no longer be changed. Nothing that was saved is lost."
    ),
    "room.not_open": N_("The room is not open yet."),
    "room.opened_before": N_(
        "Another facilitator has opened the room meanwhile. The page now shows how it stands."
    ),
    "room.cannot": N_(
        "The room has changed meanwhile, so this was not done. The page now shows how it stands."
    ),
    "room.observing": N_("You only look on in this room. Join it on the console if you want to write here."),
    "broadcast.invalid": N_("Nothing was sent. Correct what is marked below; your text is kept."),
    "broadcast.no_rooms": N_("There is no room to write to: choose rooms that are staged or open."),
    "command.unknown": N_(
        "That is not a command. Type for example +5, recall 4, join 7, take 7, or move kenya to 5."
    ),
    "command.one_room": N_("Name exactly one room, for example: join 7."),
    "command.minutes": N_("Give minutes from 1 to %(most)s."),
    "command.no_room": N_("Rooms are numbered 1 to %(count)s here."),
    "command.who_none": N_("Nobody is called %(who)s here. Use any part of the name and the delegation."),
    "command.who_many": N_("Several people fit %(who)s: %(names)s. Type more of the name."),
    "help.already": N_("Your room has asked for help already. A facilitator sees it."),
    "help.too_soon": N_("Your room has just asked for help. You can ask again in %(after)s seconds."),
    "help.taken": N_("%(name)s is on the way to this room already."),
    "help.gone": N_("This call for help has ended meanwhile. The page now shows how it stands."),
    "help.invalid": N_("Choose what the help is about."),
    "room.recalled": N_(
        "The rooms have been recalled meanwhile, so no time was added. Add it again to take the recall back."
    ),
    "room.too_little_time": N_(
        "That would leave less than a minute. Recall the rooms instead: people then see a countdown in which they can write."
    ),
    "room.all_entered": N_("Everybody who is here is in the room where they have their seat."),
    "room.past_session_end": N_(
        "That is later than the end of the session, so nothing was changed. Confirm it if the meeting may run over."
    ),
    "room.merge_itself": N_("Choose another open room of the same round."),
    "room.recall_running": N_("The room is being recalled. Give it more time first, or let it close."),
    "room.split_nobody": N_("Choose at least one person who goes, and leave at least one."),
    "duty.held": N_("Somebody has this duty already. They, or a facilitator, can hand it over."),
    "duty.busy": N_(
        "This person has a duty in the room already. Choose somebody else, or let them hand theirs over first."
    ),
    "hand.gone": N_("This hand is down already. The page now shows how it stands."),
    "hand.nobody": N_("Nobody is waiting to speak."),
    "room.brief_changed": N_(
        "Somebody else changed the brief of this room meanwhile. Yours is kept: compare the two, and save again."
    ),
    "room.documents": N_("Pick sources of this session or of the whole consultation, %(limit)s at most."),
    "room.documents_changed": N_(
        "Somebody else picked other documents for this room meanwhile, so nothing was changed. The page now shows them."
    ),
    "step.moved": N_("Somebody else moved the room on meanwhile. The page now shows where it is."),
    "chat.invalid": N_("Nothing was sent. A message has words, and 500 characters at most; yours is kept."),
    "chat.too_many": N_(
        "You have written many messages in a minute. You can write again in %(after)s seconds."
    ),
    "chat.not_yours": N_(
        "Only who wrote a message, the room's moderator or deputy, or a facilitator can remove it."
    ),
    "chat.gone": N_("This message is removed already. The page now shows how it stands."),
    "round.no_rooms": N_("There are no rooms yet: propose a seating and apply it first."),
    "round.already_open": N_("The rooms of this round are already open."),
    "item.not_drafting": N_(
        "This item is no longer being drafted here: it was submitted, merged into another one or withdrawn. "
        "Its text can no longer be changed."
    ),
    "item.block_changed": N_(
        "Somebody changed this passage meanwhile. Look at the text again and choose where it is to be cut."
    ),
    "item.choose_passage": N_("Choose the passage with which the new item begins."),
    "item.nothing_before": N_("Nothing would be left before this passage. Choose one further down."),
    "item.no_such_place": N_("That place does not exist any more. The list now shows how it stands."),
    "item.merge_itself": N_("Choose another item of this room to merge it into."),
    "item.merge_too_long": N_(
        "Both wordings together are too long for one field (2,000 characters). Keep one of them, or shorten it first."
    ),
    "item.not_submitted": N_("This item has not been submitted to plenary yet."),
    "item.not_under_comment": N_("Comments open with the report-back, and close when the session closes."),
    "item.cannot_return": N_(
        "Only an item that was submitted, and is not in a poll, can be sent back to its room."
    ),
    "item.changed_meanwhile": N_(
        "Somebody submitted, withdrew or sent back this item at the same moment. The page now shows how it stands."
    ),
    "item.details_changed": N_(
        "Somebody else wrote here meanwhile, so nothing is saved yet. Compare the two: what stands in the field when you save again counts."
    ),
    "item.no_title": N_("Give the item a title before it is marked ready or submitted."),
    "item.no_text": N_("The item has no text yet. Write it before it is marked ready or submitted."),
    "item.too_many": N_(
        "This room has reached the limit of 30 items. Withdraw one before you start another."
    ),
    "item.says_so_already": N_("The item says exactly this already, so there is nothing to restore."),
    "version.too_many": N_("This item has reached the limit of 100 named versions."),
    "item.nothing_ready": N_("No item is marked ready. Mark the items the room agrees to submit."),
    "comment.invalid": N_("Your comment was not posted. Correct what is marked below; your text is kept."),
    "note.invalid": N_("Your note was not kept. Correct what is marked below; your text is kept."),
    "note.too_many": N_("This item has reached the limit of 300 notes in its margin."),
    "note.has_no_words": N_("This note is about the item as a whole, not about words of it."),
    "answer.invalid": N_("Your answer was not recorded. Correct what is marked below; your text is kept."),
    "decision.not_an_elector": N_("Your delegation does not take part in this poll."),
    "decision.observers_do_not_answer": N_("Your role does not answer polls."),
    "decision.past_deadline": N_(
        "The poll is closed. Answers are taken until the deadline by the server's clock."
    ),
    "decision.already_closed": N_("This poll is closed already."),
    "decision.deadline_past": N_("Choose a time that is still to come."),
    "decision.not_under_comment": N_(
        "A poll can be opened on items that are under comment. Open the report-back first, then reload this page."
    ),
    "decision.still_open": N_("The result is shown when the poll is closed."),
    "decision.invalid": N_("Choose In favour, Against or Abstention."),
    "decision.no_items": N_("Choose at least one item to poll on."),
    "decision.already_open": N_("There is already an open poll on this item."),
    "late.decided": N_("Somebody has decided on this late contribution already."),
    "late.not_drafting": N_(
        "The item has been submitted, so its text stays as it is. When a facilitator sends it back to the room, this "
        "can still be accepted."
    ),
    "late.no_words": N_(
        "It only changes what stood in an item that goes on in this one, and brings no words that could be put here."
    ),
    "late.unusable": N_(
        "This late contribution builds on text that is no longer there, so it cannot be taken in. Copy its words instead."
    ),
    "summary.not_published": N_("The summary has not been published yet."),
    "summary.invalid": N_(
        "The summary text could not be read, so it was not saved. Copy your text, reload, and try again."
    ),
    "summary.changed_meanwhile": N_(
        "Somebody saved another version while you were editing. Your text is kept below; compare it with theirs and save again."
    ),
    "summary.nothing_yet": N_("There is no summary yet. Generate one first."),
    "session.cannot": N_(
        "The session has changed meanwhile, so this was not done. The page now shows how it stands."
    ),
    "session.not_open": N_("The session is not open. Open it first."),
    "session.over": N_("The session is closed, so no more rounds can be prepared in it."),
    "session.rooms_open": N_(
        "Some rooms of this session are still open. Recall them to plenary first, or wait until their time is over."
    ),
    "source.too_many": N_("The library has reached its limit of 500 sources."),
    "seating.invalid": N_("The seating was not changed. Correct what is marked below."),
    "seating.nobody": N_("There is nobody to seat yet. Import or invite people first."),
    "seating.no_plan": N_("There is no proposal yet. Propose a seating first."),
    "seating.rooms_open": N_("The rooms are already open. Move people one by one instead."),
    "seating.too_many_rooms": N_("Choose at least one room, at most 200, and not more rooms than people."),
    "seating.already_elsewhere": N_(
        "This person has been moved meanwhile. The page now shows where they sit."
    ),
    "seating.moved_meanwhile": N_(
        "%(name)s sits in Room %(number)s by now: somebody else moved them meanwhile. Nobody was moved; look again, then decide."
    ),
    "seating.unseated_meanwhile": N_(
        "%(name)s has no seat any more: somebody else took it back meanwhile. Nobody was moved; look again, then decide."
    ),
    "seating.changed_meanwhile": N_(
        "Somebody changed the seating meanwhile, so this was not done. The page now shows how it stands."
    ),
    "seating.nothing_to_undo": N_("There is nothing to take back in this proposal."),
    "seating.size": N_("Give whole numbers, the largest not below the smallest, or leave both empty."),
    "seating.topics": N_("Give at least one room a topic, each of at most 300 characters."),
    "seating.no_such_room": N_("Somebody is to sit in a room that this seating does not have."),
    "seating.same_rooms": N_("To keep the rooms of the round before, choose at least as many as it had."),
    "seating.no_round_before": N_(
        "There is no earlier round with seats in this session. Choose another way."
    ),
    "seating.locked_rooms": N_(
        "Somebody is locked in a room that this seating would not have. Choose more rooms, or unlock them first."
    ),
    "seating.not_seated": N_("Choose people who have a seat."),
    "seating.same_room": N_("Choose two people who sit in different rooms."),
    "seating.placed_full": N_("Every room was full, so this is the smallest one."),
    "seating.room_closed": N_("This room is closed, so nobody was moved. Choose one that is open."),
    "seating.room_numbers": N_('Write numbers of rooms as "1, 3-5", or leave it empty.'),
    "seating.topic_rooms": N_('Give a topic, and the rooms that work on it as "1, 3-5".'),
    "seating.no_room_of_number": N_(
        "Rooms are numbered 1 to %(count)s here: choose more rooms, or other numbers."
    ),
    "seating.pin_room": N_("Write the number of the room that this person is to sit in."),
    "seating.who": N_("Choose a person from the list: nobody, or more than one person, is called that."),
    "seating.list_rows": N_(
        "Nothing of the list is taken. In these rows nobody, or more than one person, is named, or no room, or somebody who "
        "has another room above: %(rows)s."
    ),
    "seating.list_empty": N_("The list names nobody. Write a person and the number of a room in each row."),
    "seating.list_not_added": N_("The list was not read: choose it again and press “Add the list”."),
    "seating.two_people": N_("Name at least two people."),
    "seating.exactly_two": N_("Choose exactly two people to exchange."),
    "seating.nobody_chosen": N_("Choose people first."),
    "seating.no_rooms": N_("There are no rooms to seat anybody in."),
    "seating.full": N_("Every room is full."),
    "seating.too_many_people": N_("%(people)s people; at most %(most)s can be seated at once."),
    "seating.twice": N_("%(id)s is named twice."),
    "seating.unknown": N_("There is no room %(id)s."),
    "seating.room_too_small": N_("More people have a fixed seat in room %(room)s than its %(seats)s seats."),
    "seating.not_enough_seats": N_("There are %(people)s people and %(seats)s seats."),
    "seating.wishes_closed": N_("The rooms of this round have opened, so topics can no longer be chosen."),
    "sign_in.failed": N_(
        "The address and the password do not belong together. Try again, or ask for a sign-in link by e-mail."
    ),
    "sign_in.link_used": N_(
        "This link has been used, has expired or was withdrawn. Ask for a new one below."
    ),
    "sign_in.required": N_("Sign in to see this page."),
    "sign_in.again": N_(
        "You have been signed out, so nothing was sent. Your text is still here: sign in again in another tab, then send it once more."
    ),
    "sign_in.other": N_(
        "Somebody else has signed in in this browser since this page was opened, so nothing was done in their name. Copy your text, then load "
        "the page again."
    ),
    "sign_in.ended": N_("You have been signed out. Text that was not yet saved is kept in this browser."),
    "invitation.ended": N_(
        "This invitation has been used, has expired or was withdrawn. Ask the secretariat for a new one."
    ),
    "invitation.not_open": N_(
        "This invitation was accepted or withdrawn meanwhile. The page now shows how it stands."
    ),
    "invitation.sign_in_first": N_(
        "There is an account with the invited address. Sign in with it, then open this link again."
    ),
    "export.failed": N_(
        "The file could not be made. The record is untouched: try again, or choose another format."
    ),
    "form.expired": N_(
        "You have signed in or out since this page was opened, so the form could not be checked. Your text is kept: copy it, load the page "
        "again and send it again."
    ),
    "form.invalid": N_(
        "Some of this cannot be accepted as it is. Correct what is marked below; nothing was changed."
    ),
    "import.problems": N_(
        "Nothing was imported. Correct the cells listed below in your file and upload it again."
    ),
    "people.delegates_of_states": N_(
        "Only people of a Member State's delegation can be delegates. Choose another role."
    ),
    "people.no_such_state": N_(
        "There is no State of that kind with this name or code. Write its name, or a code such as KEN."
    ),
    "people.takes_part": N_(
        "The person with this address takes part already. Change their role on their own page."
    ),
    "people.last_organizer": N_("A consultation needs at least one person in the secretariat."),
    "too_many": N_("Too many attempts. Wait %(after)s seconds and try again."),
    "too_large": N_("This is too large to be accepted. Shorten it, or split it."),
    "bad_request": N_("The request could not be read. Reload the page and try again."),
    "conflict": N_("Somebody changed this at the same moment. Reload the page and try again."),
    "unavailable": N_(
        "The record cannot be reached at the moment, so nothing was saved. Your text stays on this page: try again shortly."
    ),
    "unexpected": N_(
        "Something went wrong on our side and was written to the log. Nothing you typed before was lost. Try again."
    ),
    "draft.forbidden": N_("You may not read this draft."),
    "draft.readonly": N_(
        "This text can no longer be changed. What you typed last was not saved: copy it if you need it."
    ),
    "draft.invalid": N_("This change could not be read, so it was not saved."),
    "draft.too_big": N_("This text is too long to be saved. Shorten it, or start another item."),
    "draft.rate": N_("Too many changes at once; they will be saved in a moment."),
    "draft.retry": N_(
        "Not saved yet: the record cannot be reached. Your text is kept and will be sent again."
    ),
    "draft.resync": N_("Reading the text again from the server."),
    "draft.late": N_(
        "The round is over. What you wrote is kept as a late contribution for the room's rapporteur."
    ),
    "draft.content": N_(
        "This text holds something that cannot be kept, so it was not saved. Your text is kept below."
    ),
    "draft.missing": N_("This item has no text of its own any more."),
    "draft.busy": N_("Too many pages are open on this room. Close one and try again."),
    "draft.handover": N_("The room is being handed to another server process; this takes a few seconds."),
    "draft.epoch": N_(
        "The room was closed and opened again. Text from before that was not yet saved is offered for copying."
    ),
    "draft.elsewhere": N_("You have this room open in several places: this one became read-only."),
    "draft.somebody": N_("A participant"),
    "late.too_many": N_("Too much text came after the end, so this was not kept. Copy it if you need it."),
    "field.required": N_("Fill this in."),
    "field.too_long": N_("Shorten this to at most %(limit)s characters."),
    "field.number": N_("Write a whole number from %(low)s to %(high)s."),
    "field.choice": N_("Choose one of the options."),
    "field.email": N_("Write an e-mail address such as name@example.org."),
    "field.date": N_("Write a date as year-month-day, such as 2017-06-19."),
    "field.date_order": N_("The last day cannot be before the first."),
    "field.time": N_("Write a time as hours:minutes, such as 15:00."),
    "field.time_order": N_("Write when it begins as well; it ends after that, on the same day."),
    "field.password_short": N_("Use at least 15 characters; a sentence is good."),
    "field.password_long": N_("Use at most 200 characters."),
    "field.password_wrong": N_(
        "This is not your current password. Try again, or sign in with a link by e-mail."
    ),
    "field.file_missing": N_("Choose a file."),
    "field.password_common": N_("This password is too easy to guess. Use a longer sentence."),
}


def message(code: str, language: str, **params: object) -> str:
    """The sentence for an error code, in `language`; an unknown code gets the general one."""
    template = MESSAGES.get(code, MESSAGES["not_allowed"])
    try:
        return text(language, template, **params) if params else text(language, template)
    except (KeyError, TypeError, ValueError):
        return text(language, template)
