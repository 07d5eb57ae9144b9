"""The servers of the stacks: jars that are checked, private files, addresses for those who connect."""

import shutil
import stat
from pathlib import Path

import pytest

from runtime import kafka_jars, secrets_file
from runtime.backing import Backing, Pubsub, State, Tasks
from runtime.errors import NotInstalled, StartFailed
from runtime.layout import Layout
from runtime.parts import server_names
from runtime.parts.kafka import SECRET, Kafka
from runtime.parts.redis import HOST, PASSWORD, Redis
from runtime.ports import Ports


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.create()
    return layout


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for programs that are all there is, and an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def program(folder: Path, name: str, script: str = "") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_kafka_needs_java_and_maven_and_says_so(programs: Path) -> None:
    with pytest.raises(NotInstalled, match="java is missing"):
        kafka_jars.ensure()
    program(programs, "java")
    with pytest.raises(NotInstalled, match="apt-get install maven"):
        kafka_jars.ensure()


def test_where_maven_reaches_nothing_its_reason_is_passed_on(programs: Path) -> None:
    program(programs, "java")
    program(programs, "mvn", "echo '[ERROR] Could not transfer artifact'; exit 1")
    with pytest.raises(NotInstalled, match="Could not transfer artifact"):
        kafka_jars.ensure()


def test_a_jar_that_is_not_what_the_list_says_is_not_used(programs: Path, tmp_path: Path) -> None:
    program(programs, "java")
    # The last argument but one is -DoutputDirectory=…
    script = 'for one; do case $one in -DoutputDirectory=*) d=${one#*=};; esac; done; /bin/mkdir -p "$d"'
    program(programs, "mvn", f'{script}; echo x > "$d/kafka.jar"')
    with pytest.raises(StartFailed, match=r"kafka\.jar"):
        kafka_jars.ensure()
    assert not list((tmp_path / "cache" / "todo-assistant").glob("kafka-*"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_redis_keeps_each_write_and_its_password_is_private(layout: Layout, programs: Path) -> None:
    program(programs, "redis-server")
    server = Redis(layout, Ports(), "broker")
    launch = server.prepare()
    file = Path(launch.argv[1])
    assert mode(file) == 0o600
    text = file.read_text()
    for line in ("bind 127.0.0.1", "appendonly yes", "appendfsync always", "maxmemory-policy noeviction"):
        assert line in text.splitlines()
    secrets = secrets_file.read(layout.secrets)
    assert secrets[HOST] == f"127.0.0.1:{server.ports['redis']}"
    assert str(secrets[PASSWORD]) in text
    assert str(secrets[PASSWORD]) not in " ".join(launch.argv)
    Redis(layout, Ports(), "broker").prepare()
    assert secrets_file.read(layout.secrets)[PASSWORD] == secrets[PASSWORD]
    assert set(secrets_file.as_environment(layout.secrets)) == {HOST, PASSWORD}


def test_kafka_lets_nobody_in_without_a_password_and_makes_no_topics_by_itself(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kafka_jars, "ensure", lambda: tmp_path)
    monkeypatch.setattr(Kafka, "_format", lambda *_: None)
    server = Kafka(layout, Ports())
    launch = server.prepare()
    properties = Path(launch.argv[-1])
    assert mode(properties) == mode(layout.kafka / "server.pem") == 0o600
    text = properties.read_text()
    assert "auto.create.topics.enable=false" in text
    assert "CLIENT:SASL_SSL" in text
    assert "listeners=CLIENT://127.0.0.1:" in text
    secret = secrets_file.read(layout.secrets)[SECRET]
    assert isinstance(secret, dict)
    assert secret["brokers"] == server.address
    assert launch.sidecar_env == {"SSL_CERT_FILE": str(server.certificate)}
    assert SECRET not in secrets_file.as_environment(layout.secrets)


@pytest.mark.parametrize(
    ("backing", "names"),
    [
        (Backing(), ("broker",)),
        (Backing(pubsub=Pubsub.REDIS, state=State.REDIS), ("broker",)),
        (Backing(pubsub=Pubsub.KAFKA, state=State.REDIS), ("broker", "redis")),
        (Backing(pubsub=Pubsub.KAFKA, state=State.POSTGRESQL, tasks=Tasks.POSTGRESQL), ("broker", "postgresql")),
        (Backing(tasks=Tasks.POSTGRESQL), ("broker", "postgresql")),
    ],
)
def test_a_server_is_started_once_however_many_use_it(backing: Backing, names: tuple[str, ...]) -> None:
    assert server_names(backing) == names


def test_the_folder_of_components_is_made_anew(layout: Layout) -> None:
    backing = Backing(pubsub=Pubsub.REDIS)
    folder = backing.write_components(layout)
    (folder / "left-over.yaml").write_text("kind: Nothing")
    assert {path.name for path in backing.write_components(layout).iterdir()} == {
        f"{path.parent.name}-{path.name}" for path in backing.files()
    }
    shutil.rmtree(folder)
