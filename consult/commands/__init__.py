"""The commands of `consult`, one module per subject. They load, call a service, and print."""
