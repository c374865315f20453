"""Cross-regional seating: allocation, balance, plans."""
