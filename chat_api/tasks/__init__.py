"""Tasks and their reminders: what the user asked for."""
