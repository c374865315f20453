"""The search: a case as numbers, a first seating, and exchange by exchange to a better one."""
