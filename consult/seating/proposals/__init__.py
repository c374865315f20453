"""Proposals of a round as they are kept: asked for, found, adjusted by hand, recorded."""
