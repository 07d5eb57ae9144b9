"""How a user is reached when the page is closed: which channels they chose, and what became of each reminder there."""
