"""The HTML of the test pages, after the contract in `docs/front-end.md`."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser_client.site import Site

COMMANDS = [
    "bold",
    "italic",
    "underline",
    "strike",
    "heading2",
    "bulletList",
    "orderedList",
    "indent",
    "outdent",
    "blockquote",
    "bracket",
    "alternative",
    "link",
    "undo",
    "redo",
]
_UNPRESSED = {"bracket", "alternative", "indent", "outdent", "undo", "redo"}

STATUS = """<p data-live-target="blocked" id="blocked" hidden>This network blocks live connections</p><p id="status" role="status" aria-live="off" data-live-target="status" data-state="plain"
 data-text-connecting="Connecting" data-text-connected="Connected" data-text-lost="Not connected"
 data-text-loading="Loading" data-text-saved="All changes saved" data-text-saving="Saving"
 data-text-unsent="Not connected: your text is kept here" data-text-unsaved-for="Not saved for {time}"
 data-text-unsent-for="Not connected, not saved for {time}"
 data-text-readonly="Read-only" data-text-late="Kept as late" data-text-refused="Not saved: copy your text"></p>"""

UNSENT = """<dialog data-controller="copy-text" data-copy-text-user-value="user{user}" aria-label="Unsaved text" data-text-copied="Copied">
<p data-copy-text-target="reason"></p><textarea aria-label="Your text" readonly data-copy-text-target="text"></textarea>
<button type="button" data-action="copy-text#copy">Copy text</button>
<button type="button" data-action="copy-text#discard">I have my text</button>
<button type="button" data-action="copy-text#later">Keep it</button></dialog>"""

#: A form that is sent without leaving the page, and what came of it.
COMMENT = """<form id="comment" method="post" action="/rooms/r1" data-controller="post" data-action="submit->post#send" data-post-take-value="answers flashes"
 data-text-done="Comment posted" data-text-failed="Not sent"><p data-post-target="message" hidden></p>
<label>Comment <textarea name="body"></textarea></label>{problem}<button>Post</button></form><ul id="answers">{answers}</ul>"""

#: Who is called in is taken to the room.
CALL = """<div data-controller="goto" data-keep hidden data-goto-rules-value='[{"event": "seat.called", "url": "/rooms/{room}?u=A", "after": 3,
 "text": "seated"}]' data-goto-now-value="" data-text-seated="Your room is open. You are taken there in {seconds} s." data-text-stayed="You stay here">
<p data-goto-target="message"></p><a data-goto-target="link" href="">Go now</a><button data-action="goto#stay">Stay here</button></div>"""


def shell(body: str, script: str, *, query: str = "", user: str = "A", direction: str = "ltr") -> str:
    """A page with the body, the announcers and one entry module."""
    audiences = json.dumps({"room:r1": 0, f"member:{user}": 0})
    live = f"data-controller='live' data-live-audiences-value='{audiences}' data-live-query-value='{query}' data-live-now-value='1782213540000'"
    return f"""<!doctype html><html lang="en" dir="{direction}"><head><meta charset="utf-8"><title>Test</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/css/components/editor.css">
<script type="module" src="/static/js/pages/{script}.js"></script></head>
<body {live if query else ""}><main id="main"><div id="flashes"></div>{body}</main>{UNSENT.format(user=user)}
<div aria-live="polite" data-announce="polite"></div><div aria-live="assertive" data-announce="assertive"></div></body></html>"""


def room(site: "Site", query: dict[str, str]) -> str:
    """A room with the items named in the query (`items=i1,i2`), for the person `u`."""
    user = query.get("u", "A")
    items = "".join(_item(name, user) for name in query.get("items", "i1").split(","))
    rules = json.dumps([{"event": "seat.called", "url": f"/rooms/{{room}}?u={user}", "text": "seated"}])
    moving = f"""<div data-controller="goto" data-keep hidden data-goto-rules-value='{rules}' data-text-seated="You are seated"
 data-text-held="You have text that is not sent yet"><p data-goto-target="message"></p><a data-goto-target="link" href="">Go now</a></div>"""
    body = STATUS + moving + items + SHORTCUTS + QUOTE
    return shell(body, "room", query="room=r1", user=user, direction=query.get("dir", "ltr"))


def toolbar(prefix: str) -> str:
    """The buttons above a rich text."""
    pressed = {name: "" if name in _UNPRESSED else ' aria-pressed="false"' for name in COMMANDS}
    buttons = "".join(
        f'<button type="button" data-editor-command="{name}" aria-label="{name}"{pressed[name]}>{name}</button>'
        for name in COMMANDS
    )
    return (
        f'<div role="toolbar" aria-label="Text style" data-{prefix}-target="toolbar" hidden>{buttons}</div>'
    )


def link_dialog(prefix: str) -> str:
    """The dialog for a link's address, without a form: it may stand inside one."""
    act = f'data-action="{prefix}#saveLink"'
    return f"""<dialog data-{prefix}-target="linkDialog" aria-label="Link">
<label>Address <input type="text" data-{prefix}-target="linkUrl" data-action="keydown.enter->{prefix}#saveLink"></label>
<p data-{prefix}-target="linkError" hidden>Not an address</p><button type="button" value="save" {act}>Save link</button>
<button type="button" value="remove" data-{prefix}-target="linkRemove" {act}>Remove link</button></dialog>"""


BAR = """<div role="group" aria-label="Counting" data-editor-target="bar" hidden>
<span data-bar-part="words" data-text-count="Words: {count}" data-text-target="Words: {count} of about {target}"></span>
<span data-bar-part="brackets" data-text-count="Brackets left: {count}" data-text-none="No brackets left"></span>
<button type="button" data-bar-act="previous">Previous bracket</button><button type="button" data-bar-act="next">Next bracket</button>
<button type="button" data-bar-act="clean" aria-pressed="false" data-text-on="Without brackets" data-text-off="With brackets">Clean view</button>
<button type="button" data-bar-act="suggest" aria-pressed="false" data-text-on="Suggesting" data-text-off="Writing">Suggesting</button>
<button type="button" data-bar-act="numbers" aria-pressed="false">Paragraph numbers</button>
<button type="button" data-controller="dialog shortcut" data-dialog-id-value="shortcuts" data-shortcut-key-value="?" data-action="dialog#open">Shortcuts</button></div>"""
SUGGESTIONS = """<section aria-label="Suggestions" data-editor-target="suggestions" data-text-count="Suggestions: {count}" data-text-you="You"
 data-text-somebody="Somebody" data-text-accepted="Accepted: {count}" data-text-rejected="Rejected: {count}" hidden><h3 data-suggestions-part="count"></h3>
<ul data-suggestions-part="rows"></ul><template><li><p data-slot="words"><b data-slot="who"></b> <del data-slot="deleted"></del> <ins data-slot="inserted"></ins></p>
<button type="button" data-suggestion-act="go">Go to</button><button type="button" data-suggestion-act="accept">Accept</button>
<button type="button" data-suggestion-act="reject">Reject</button></li></template><p data-suggestions-part="all" hidden>
<button type="button" data-suggestion-act="accept">Accept all</button><button type="button" data-suggestion-act="reject">Reject all</button></p></section>"""
SHORTCUTS = """<dialog id="shortcuts" aria-label="Keyboard shortcuts"><form method="dialog"><button>Close</button></form></dialog>"""
QUOTE = """<form method="post" action="/rooms/r1" data-controller="post quote" data-action="submit->quote#insert submit->post#send"
 data-quote-words-value="Train officers together" data-quote-reference-value="Canada, Panel 3" data-quote-href-value="https://example.org/library#source-1"><button>Quote</button></form>"""


def _item(name: str, user: str) -> str:
    me = json.dumps({"name": f"Delegate {user}", "delegation": f"State {user}", "mark": "AF", "hue": "af"})
    return f"""<article id="item-{name}" data-keep data-controller="draft" data-draft-id-value="{name}" data-draft-user-value="user{user}"
 data-draft-me-value='{me}' data-text-title="Title" data-text-text="Text"><p data-draft-target="notice" hidden></p>
<div class="titled"><label for="t-{name}">Title</label><input id="t-{name}" data-controller="title" value="" data-text-changed="{{who}} changed: {{field}}"
 data-text-just-now="{{who}}, just now" data-text-somebody="Somebody" readonly></div>
<div data-controller="editor" data-editor-words-value="12" data-text-words-only="Words only" data-editor-label-value="Text of the action item">{toolbar("editor")}
<div data-editor-target="static"><p>As the server has it</p></div><div data-editor-target="mount"></div>{BAR}{SUGGESTIONS}{link_dialog("editor")}</div>
<fieldset data-controller="facts" data-text-changed="{{who}} changed: {{field}}" data-text-just-now="{{who}}, just now" data-text-somebody="Somebody"
 data-text-meanwhile="{{who}} changed this meanwhile" data-text-emptied="{{who}} emptied this meanwhile" disabled><legend>Details</legend>
<template data-facts-target="choice"><div role="group"><p data-slot="says"></p><blockquote data-slot="theirs"></blockquote>
<button type="button" data-slot="use-theirs">Use theirs</button><button type="button" data-slot="keep-mine">Keep mine</button></div></template>
<div class="field"><label for="term-{name}">Term</label><select id="term-{name}" data-fact="term"><option value=""></option><option value="short">Short</option></select></div>
<div class="field"><label for="means-{name}">Means</label><textarea id="means-{name}" data-fact="means"></textarea></div>
<label class="check"><input type="checkbox" data-fact="actor:iom"><span>IOM</span></label>
<div data-controller="fact-list" data-fact-list-prefix-value="target:" data-text-added="{{label}} added" data-text-removed="{{label}} removed">
<ul data-fact-list-target="rows" aria-label="Targets"></ul><template data-fact-list-target="row"><li><span data-slot="label"></span>
<select data-slot="value" aria-label="Relation"><option value="aligns">aligns</option><option value="adds">adds</option></select>
<button type="button" data-slot="remove">Remove</button></li></template>
<label>SDG target <select data-fact-list-target="choice"><option value="10.7">10.7 Safe migration</option></select></label>
<button type="button" data-action="fact-list#add">Add target</button></div></fieldset>
<div data-controller="presence" data-action="click->presence#go" data-text-writing="{{names}}: writing here now"
 data-text-where="Paragraph {{number}}: {{words}}" data-text-empty="Paragraph {{number}}, empty"><details data-presence-target="here" hidden>
<summary data-presence-target="names"></summary><ul aria-label="Where" data-presence-target="rows"></ul></details><template><li>
<p data-slot="words"><b data-slot="who"></b> <span data-slot="where"></span></p><button type="button" data-slot="go">Go there</button></li></template></div></article>"""
