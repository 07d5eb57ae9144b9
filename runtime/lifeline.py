"""Runs a command that cannot outlive its parent: ``python -I -S lifeline.py PARENT_PID COMMAND…``.

A program of its own, because the alternative (`preexec_fn`) runs Python between fork and exec, which can deadlock in a
process with threads. The process id stays the same: exec replaces this program. Without Linux it only execs.

The environment's LIFELINE_NICENESS, if there is one, is how much the command gives way to others.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel for SIGKILL at the parent's death, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - costs start-up time where it is not used

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the request
            os.kill(os.getpid(), signal.SIGKILL)
    _give_way(int(os.environ.pop("LIFELINE_NICENESS", "0")))
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell wanted
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror}", file=sys.stderr)
        sys.exit(127)


def _give_way(niceness: int) -> None:
    if niceness <= 0:
        return
    os.nice(niceness)
    try:
        # The command is a session of its own. Where the kernel groups processes by session, it is groups that give way.
        with open("/proc/self/autogroup", "w") as group:
            group.write(str(niceness))
    except OSError:
        pass  # this kernel has no groups


if __name__ == "__main__":
    main()
