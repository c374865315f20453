"""Benchmarks: `python -m bench NAME …`. Each writes its own section of docs/benchmarks.md."""
