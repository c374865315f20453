"""Bounds: what no seating can do better than, and why."""
