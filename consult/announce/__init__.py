"""Who is told what: live events, their audiences, and the outbox they leave through."""
