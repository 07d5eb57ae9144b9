"""What the supervisor writes: secrets, the broker's configuration, logs."""

import base64
import io
import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from consumers.audit.sealing import KEY_BYTES
from consumers.notification.webpush import Vapid
from contracts.names import AUDIT_SECRET, VAPID_SECRET
from runtime import broker, names_file, secrets_file
from runtime.console import Console, LogFiles
from runtime.errors import NotRunning
from runtime.layout import Layout
from runtime.run_record import RunRecord, SidecarRecord


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.create()
    return layout


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_can_read_the_token_and_it_stays_over_starts(layout: Layout) -> None:
    first = broker.prepare(layout, 4222, 8222)
    again = broker.prepare(layout, 5222, 9222)
    assert first.token == again.token
    assert len(first.token) >= 32
    assert mode(layout.secrets) == mode(layout.broker / "nats.conf") == 0o600
    assert mode(layout.data) == 0o700
    assert json.loads(layout.secrets.read_text()) == {"nats-url": "nats://127.0.0.1:5222", "nats-token": first.token}


def test_other_secrets_are_kept(layout: Layout) -> None:
    secrets_file.update(layout.secrets, {"model-key": "k"})
    broker.prepare(layout, 4222, 8222)
    assert secrets_file.read(layout.secrets)["model-key"] == "k"


def test_the_key_that_signs_pushes_is_made_once_and_is_a_key(layout: Layout) -> None:
    secrets_file.ensure_keys(layout.secrets)
    first = secrets_file.read(layout.secrets)[VAPID_SECRET]
    secrets_file.ensure_keys(layout.secrets)
    broker.prepare(layout, 4222, 8222)
    assert secrets_file.read(layout.secrets)[VAPID_SECRET] == first
    assert mode(layout.secrets) == 0o600
    assert len(Vapid.from_secret(first, "https://localhost").public_key) == 87


def test_the_key_that_seals_the_audit_trail_is_made_once_and_is_long_enough(layout: Layout) -> None:
    secrets_file.ensure_keys(layout.secrets)
    first = secrets_file.read(layout.secrets)[AUDIT_SECRET]
    secrets_file.ensure_keys(layout.secrets)
    assert secrets_file.read(layout.secrets)[AUDIT_SECRET] == first
    assert len(base64.urlsafe_b64decode(first + "=")) == KEY_BYTES


def test_two_instances_have_two_tokens(tmp_path: Path) -> None:
    assert secrets_file.token(tmp_path / "a") != secrets_file.token(tmp_path / "b")


def test_the_broker_listens_on_loopback_and_syncs_each_write(layout: Layout) -> None:
    text = broker.configuration(broker.Broker(4222, 8222, 'to"ken'), layout.broker)
    assert 'listen: "127.0.0.1:4222"' in text
    assert 'http: "127.0.0.1:8222"' in text
    assert "sync_interval: always" in text
    assert 'token: "to\\"ken"' in text


def test_the_file_of_names_is_ready_for_sidecars_that_start_together(layout: Layout) -> None:
    for _ in range(2):
        names_file.prepare(layout.names)
        with closing(sqlite3.connect(layout.names)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert mode(layout.names) == 0o600


def test_names_are_aligned_and_everyday_lines_are_hidden() -> None:
    out = io.StringIO()
    console = Console(("a", "a.daprd"), stream=out)
    console.line("a", "hello")
    console.line("a", '{"event": "started", "level": "info", "timestamp": "now"}')
    console.line("a.daprd", 'time="2026" level=info msg="everyday"')
    console.line("a.daprd", 'time="2026" level=warning msg="mind this"')
    console.line("a.daprd", "*** was ended by SIGKILL; level=info")
    assert out.getvalue().splitlines() == [
        "a       | hello",
        'a       | {"event": "started", "level": "info", "timestamp": "now"}',
        'a.daprd | time="2026" level=warning msg="mind this"',
        "a.daprd | *** was ended by SIGKILL; level=info",
    ]


def test_verbose_hides_nothing() -> None:
    out = io.StringIO()
    Console(("a.daprd",), verbose=True, stream=out).line("a.daprd", "level=info")
    assert out.getvalue() == "a.daprd | level=info\n"


def test_each_run_has_its_log_and_the_three_before_are_kept(tmp_path: Path) -> None:
    for run in range(6):
        files = LogFiles(tmp_path)
        files.write("a", f"run {run}")
        files.write("a", "second line")
        files.close()
    assert (tmp_path / "a.log").read_text() == "run 5\nsecond line\n"
    assert [(tmp_path / f"a.log.{n}").read_text().split("\n")[0] for n in (1, 2, 3)] == ["run 4", "run 3", "run 2"]
    assert len(list(tmp_path.iterdir())) == 4


def test_only_this_user_finds_a_sidecar_and_only_while_it_runs(layout: Layout) -> None:
    sidecar = SidecarRecord(name="audit-2", app_id="audit", grpc_port=1, http_port=2, api_token="t")
    RunRecord(pid=os.getpid(), url="u", sidecars=(sidecar,)).write(layout)
    assert mode(layout.run_record) == 0o600
    found = RunRecord.of(layout).sidecar("audit-2")
    assert found.environment == {"DAPR_GRPC_PORT": "1", "DAPR_HTTP_PORT": "2", "DAPR_API_TOKEN": "t"}
    with pytest.raises(NotRunning, match="audit-2"):
        RunRecord.of(layout).sidecar("audit")
    RunRecord(pid=2**22 + 1, url="u", sidecars=()).write(layout)
    with pytest.raises(NotRunning, match="killed"):
        RunRecord.of(layout)
    layout.run_record.unlink()
    with pytest.raises(NotRunning, match="make run"):
        RunRecord.of(layout)
