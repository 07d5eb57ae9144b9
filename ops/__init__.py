"""What an operator does with a running system, from a terminal: ``todo-ops``. Talks to services through Dapr alone."""
