"""Action items: what a room drafts, from first words to submission."""
