"""consult: multi-stakeholder consultations with cross-regional breakout rooms.

The packages are the product's nouns. `docs/architecture.md` names the floors they stand on; imports only go down.
"""

__version__ = "0.1.0"
