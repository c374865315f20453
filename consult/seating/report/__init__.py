"""What is said of a seating: the balance report, comparisons, and what a change does."""
