"""Records who changed what and what fired: for each user a chain of sealed entries that can only be added to."""
