"""The browser side alone: its modules and controllers in Chromium, against a small site that speaks the wire in this process."""
