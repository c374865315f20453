"""What a session can quote: source statements and background documents."""
