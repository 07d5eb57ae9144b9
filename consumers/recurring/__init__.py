"""Makes the next occurrence of a recurring task when one was done. Keeps nothing: the answer follows from the event."""
