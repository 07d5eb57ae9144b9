"""Finding the running system, and printing what a stranger may have written."""

import os
from pathlib import Path

import pytest

from ops.output import printable
from ops.problems import NoSystem
from ops.system import Settings, find_sidecar
from runtime.layout import Layout
from runtime.run_record import RunRecord, SidecarRecord


def record(folder: Path, *, pid: int, app_id: str = "console") -> Layout:
    layout = Layout(folder)
    layout.create()
    sidecar = SidecarRecord(name=app_id, app_id=app_id, grpc_port=50001, http_port=3500, api_token="opens")
    RunRecord(pid=pid, url="http://127.0.0.1:8080", sidecars=(sidecar,)).write(layout)
    return layout


def test_the_recorded_sidecar_is_found(tmp_path: Path) -> None:
    layout = record(tmp_path, pid=os.getpid())
    found = find_sidecar(Settings(root=tmp_path))
    assert (found.target, found.token) == ("127.0.0.1:50001", "opens")
    assert "opens" not in repr(found)
    assert layout.run_record.stat().st_mode & 0o777 == 0o600


def test_a_system_elsewhere_is_named(tmp_path: Path) -> None:
    found = find_sidecar(Settings(root=tmp_path, endpoint="127.0.0.1:9999", token="opens"))
    assert (found.target, found.token) == ("127.0.0.1:9999", "opens")


@pytest.mark.parametrize("case", ["nothing", "killed", "nonsense", "without it"])
def test_without_a_running_system_it_says_what_to_do(tmp_path: Path, case: str) -> None:
    match case:
        case "killed":
            record(tmp_path, pid=2**22 + 1)
        case "nonsense":
            record(tmp_path, pid=os.getpid()).run_record.write_text('{"pid": 1}')
        case "without it":
            record(tmp_path, pid=os.getpid(), app_id="chat-api")
    with pytest.raises(NoSystem):
        find_sidecar(Settings(root=tmp_path))


def test_a_message_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2Jb\r\nc") == "a�[2Jb�\nc"
