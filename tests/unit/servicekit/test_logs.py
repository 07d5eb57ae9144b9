"""Log lines: one JSON object each, and no secret in a traceback."""

import json
import logging
from collections.abc import Iterator

import pytest

from servicekit import logs
from servicekit.settings import LogFormat


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def fail(password: str) -> None:
    raise RuntimeError(f"refused a password of {len(password)} characters")


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.CONSOLE])
def test_a_traceback_does_not_hold_the_values(capsys: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    logs.configure("test", "INFO", log_format)
    try:
        fail("correct horse")
    except RuntimeError as error:
        logging.getLogger("uvicorn.error").error("failed", exc_info=error)
    written = capsys.readouterr().out
    assert "refused a password of 13 characters" in written
    assert "correct horse" not in written.replace('fail("correct horse")', "")


def test_a_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test", "INFO", LogFormat.JSON)
    logging.getLogger("somebody.elses").warning("two\nlines %s", "and a value")
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert (row["service"], row["level"], row["event"]) == ("test", "warning", "two\nlines and a value")
