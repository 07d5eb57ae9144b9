"""The edge people talk to: chat, tasks, and the live stream of reminders."""
