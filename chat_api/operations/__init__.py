"""What the console asks for operators: what there is of a reminder, moving one, what waits, all rows out and in."""
