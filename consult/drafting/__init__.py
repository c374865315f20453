"""Live drafting: one shared document per action item, checked before it is applied and kept before it is acknowledged."""
