"""Case files of `consult seat`: read, written, answered."""
