"""What a page that joins has to send: the rule of `newsFor` in static/js/live/updates.js, for simulated pages."""

from consult.drafting.walker import TRUSTED, Update, walked

EMPTY_UPDATE = 2


def brings_something(news: bytes, theirs: bytes) -> bool:
    """Whether a page has letters or deletions that the server lacks, as `newsFor` in static/js/live/updates.js finds out.

    An update always carries every deletion, so they are compared with those of the server's own.
    """
    if len(news) <= EMPTY_UPDATE:
        return False
    mine = walked(news, TRUSTED)
    return bool(mine.runs) or not _deleted(mine) <= _deleted(walked(theirs, TRUSTED))


def _deleted(update: Update) -> set[tuple[int, int]]:
    return {(one.client, one.clock + n) for one in update.deletions for n in range(one.length)}
