"""Comments on items, by lane and kind, with replies and dispositions."""
