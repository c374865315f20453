"""Decisions on items: in an informal session an indicative poll, one answer per delegation."""
