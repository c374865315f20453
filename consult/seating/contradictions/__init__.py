"""Wishes that cannot all be kept: which, why, and the fewest to give up."""
