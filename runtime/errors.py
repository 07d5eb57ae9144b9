"""What can go wrong in running the system. Each text is a sentence that a person can act on."""


class RuntimeProblem(Exception):
    """The base; `python -m runtime` prints its text and ends with status 1."""


class NotInstalled(RuntimeProblem):
    """A binary is missing and can be neither downloaded nor built here."""


class InvalidTopology(RuntimeProblem):
    """The run file is not what the supervisor understands."""


class PortTaken(RuntimeProblem):
    """Something else listens on a port that was asked for."""


class AlreadyRunning(RuntimeProblem):
    """Another supervisor runs on the same root."""


class StartFailed(RuntimeProblem):
    """A part did not start, or did not become ready in time; the text ends with its last lines."""


class NotRunning(RuntimeProblem):
    """What was asked for needs the system to run, and it does not."""


class GaveUp(RuntimeProblem):
    """A part died so often that restarting it makes no sense."""
