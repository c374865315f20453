"""Rounds of breakouts: rooms, seats, deadlines, who is present where."""
