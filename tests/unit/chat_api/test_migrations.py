"""The schema when several replicas start on an empty database at once."""

import subprocess
import sys
from pathlib import Path

from runtime.layout import PROJECT


def test_replicas_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'tasks.db'}"
    code = f"from chat_api.migrations import upgrade; upgrade({url!r})"
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert [code for _, code in ended] == [0] * 4, [text for text, code in ended if code]
