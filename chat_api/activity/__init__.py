"""A user's own record: what they did and what fired, as the audit service keeps it."""
