"""The web entrance: routes, one module per capability. Routes hold no rules: they load, call a service, answer."""

from flask import Flask

from consult.web import (
    account,
    assets,
    context,
    decisions,
    deliberation,
    errors,
    health,
    history,
    importing,
    invitations,
    item_acts,
    item_details,
    items,
    library,
    notes,
    people,
    profile,
    programme,
    rooms,
    seating,
    security,
    shared,
    summaries,
    sync,
)

BLUEPRINTS = (
    account.pages,
    profile.pages,
    invitations.pages,
    programme.pages,
    library.pages,
    people.pages,
    importing.pages,
    seating.pages,
    rooms.pages,
    items.pages,
    item_acts.pages,
    item_details.pages,
    history.pages,
    notes.pages,
    sync.pages,
    deliberation.pages,
    decisions.pages,
    summaries.pages,
    health.pages,
)


def register(app: Flask) -> None:
    """Everything the web entrance needs, in the order requests meet it."""
    assets.register(app)
    security.register(app)
    context.register(app)
    shared.register(app)
    errors.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
