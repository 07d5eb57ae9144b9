"""Has a file read in a process of its own, which is given so much time and memory and no more."""

import asyncio
import contextlib
import os
import sys
from zoneinfo import ZoneInfo

from chat_api.errors import Invalid
from chat_api.portability.reading import ReadFile
from servicekit.logs import get_logger

log = get_logger(__name__)

_PATIENCE = 60.0  # seconds on the clock
_AT_ONCE = 2


class FileReader:
    """Reads files, a few at a time; each for so many seconds of processor time at most."""

    def __init__(self, *, seconds: int = 20) -> None:
        self._seconds = seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, raw: bytes, kind: str, zone: ZoneInfo) -> ReadFile:
        """What a file holds.

        Raises:
            Invalid: it cannot be read, or not within the time and memory that is given to it.
        """
        async with self._slots:
            answer = await _run(raw, kind, zone.key, self._seconds)
        if answer is None:
            raise Invalid("file", "it is too involved to be read; import it in parts")
        found = await asyncio.to_thread(ReadFile.model_validate_json, answer)
        if found.problem is not None:
            raise Invalid("file", found.problem)
        return found


async def _run(raw: bytes, kind: str, timezone: str, seconds: int) -> bytes | None:
    # Nothing of this process's environment is its business, least of all what is secret in it.
    environment = {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONUTF8": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chat_api.portability.reading",
        kind,
        timezone,
        str(seconds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            answer, complaint = await process.communicate(raw)
    except TimeoutError:
        log.warning("an import's reader took too long")
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        # Its last line names the kind of error; what is before it may hold what a user wrote.
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        log.warning("an import's reader failed", code=process.returncode, error=last[:100])
        return None
    return answer
