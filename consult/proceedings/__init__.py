"""The acts that touch rooms, drafts, items and plenary at once: recall, close, reopen, report-back."""
