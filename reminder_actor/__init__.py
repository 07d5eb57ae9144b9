"""Hosts `ReminderActor`: one Dapr actor per reminder, from the task event that sets it to the moment it fires."""
