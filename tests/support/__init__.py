"""What the tests on the real runtime share: the running system, people who use it, a look inside the broker."""
