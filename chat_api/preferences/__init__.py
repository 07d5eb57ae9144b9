"""What each user has chosen: time zone, daily digest, quiet hours, the hour of all-day reminders."""
