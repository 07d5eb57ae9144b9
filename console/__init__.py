"""What operators look at and act from: one page, and the calls of `todo-ops`. It owns no state of the system."""
