"""The consultation and its programme: sessions, their mode, guiding questions."""
