"""What may be shown: attribution of words to people, suppression of small counts."""
