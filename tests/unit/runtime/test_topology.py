"""Reading the run file, and the command lines that come of it."""

from pathlib import Path

import pytest

from contracts import names
from runtime import commands
from runtime.errors import InvalidTopology
from runtime.layout import PROJECT, Layout
from runtime.topology import Topology

SIDECAR = commands.SidecarPorts(1, 2, 3, 4)


def run_file(folder: Path, apps: str, head: str = "version: 1") -> Path:
    path = folder / "dapr.yaml"
    path.write_text(f"{head}\ncommon:\n  resourcesPath: parts\n  configFilePath: parts/config.yaml\napps:\n{apps}")
    return path


def test_the_projects_run_file_names_the_services() -> None:
    apps = {app.app_id: app for app in Topology.load(PROJECT / "dapr.yaml").apps}
    everyone = {
        names.AUDIT,
        names.CHAT_API,
        names.CONSOLE,
        names.NOTIFICATION,
        names.RECURRING,
        names.REMINDER_ACTOR,
        names.SCHEDULER,
    }
    assert set(apps) == everyone
    assert [name for name, app in apps.items() if app.serves_people] == [names.CHAT_API]
    assert {app.protocol for app in apps.values()} == {"grpc"}
    assert all(path.is_dir() for app in apps.values() for path in app.resources)
    assert all(path.is_file() for app in apps.values() for path in app.configs)


def test_paths_are_relative_to_the_file_and_an_apps_env_wins(tmp_path: Path) -> None:
    path = run_file(tmp_path, "  - appID: a\n    appProtocol: grpc\n    command: [run, 1]\n    env: {X: 2}\n")
    (app,) = Topology.load(path).apps
    assert app.command == ("run", "1")
    assert app.resources == (tmp_path / "parts",)
    assert app.env == {"X": "2"}
    assert not app.serves_people


@pytest.mark.parametrize(
    ("apps", "head", "reason"),
    [
        ("  - appID: a\n", "version: 1", "no command"),
        ("  - command: [x]\n", "version: 1", "no appID"),
        ("  []\n", "version: 1", "no apps"),
        ("  - {appID: a, command: [x]}\n", "version: 2", "version: 1"),
        ("  - {appID: a, command: [x], appProtocol: carrier-pigeon}\n", "version: 1", "carrier-pigeon"),
        ("  - {appID: a, command: [x]}\n  - {appID: a, command: [y]}\n", "version: 1", "twice"),
        ("  - {appID: a\n", "version: 1", "not YAML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, apps: str, head: str, reason: str) -> None:
    with pytest.raises(InvalidTopology, match=reason):
        Topology.load(run_file(tmp_path, apps, head))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidTopology, match="cannot be read"):
        Topology.load(tmp_path / "none.yaml")


def test_an_app_gets_the_addresses_of_its_instance_over_what_the_run_file_says(tmp_path: Path) -> None:
    apps = {app.app_id: app for app in Topology.load(PROJECT / "dapr.yaml").apps}
    inherited = {"PATH": "/bin", "PORT": "8080", "DATABASE_URL": "postgresql://elsewhere", "LOG_LEVEL": "DEBUG"}

    def environment(app_id: str) -> dict[str, str]:
        return commands.app_environment(
            inherited,
            apps[app_id],
            app_port=5,
            sidecar_ports=SIDECAR,
            port=9000,
            monitoring_port=9100,
            layout=Layout(tmp_path),
            log_format="json",
        )

    chat, actor = environment(names.CHAT_API), environment(names.REMINDER_ACTOR)
    assert (chat["PORT"], chat["APP_PORT"], chat["DAPR_GRPC_PORT"], chat["DAPR_HTTP_PORT"]) == ("9000", "5", "1", "2")
    assert chat["DATABASE_URL"] == f"sqlite+aiosqlite:///{tmp_path}/.data/tasks.db"
    assert chat["LOG_LEVEL"] == "DEBUG"
    assert "PORT" not in actor
    assert actor["MONITORING_PORT"] == "9100"


def test_no_process_is_told_to_listen_beyond_loopback(tmp_path: Path) -> None:
    (app, *_) = Topology.load(PROJECT / "dapr.yaml").apps
    lines = [
        commands.placement(Path("placement"), commands.PlacementPorts(*range(1, 4))),
        commands.scheduler(Path("scheduler"), commands.SchedulerPorts(*range(1, 6)), Layout(tmp_path)),
        commands.sidecar(Path("daprd"), app, app_port=5, ports=SIDECAR, placement_port=6, scheduler_port=7),
    ]
    for line in lines:
        listens = [part for part in line if "listen-address" in part]
        assert len(listens) >= 3
        assert all(part.endswith("=127.0.0.1") for part in listens)
    assert commands.sidecar_environment({}, app)["DAPR_HOST_IP"] == "127.0.0.1"


def test_the_scheduler_s_sidecar_may_send_longer_messages() -> None:
    """All jobs are one answer; the others keep to Dapr's own limit."""

    def flags(app_id: str) -> list[str]:
        (app,) = (app for app in Topology.load(PROJECT / "dapr.yaml").apps if app.app_id == app_id)
        line = commands.sidecar(Path("daprd"), app, app_port=5, ports=SIDECAR, placement_port=6, scheduler_port=7)
        return [part for part in line if part.startswith("--max-body-size")]

    assert flags(names.SCHEDULER) == ["--max-body-size=64Mi"]
    assert flags(names.CHAT_API) == []


def test_sidecars_have_memory_goals_which_their_user_may_set() -> None:
    apps = {app.app_id: app for app in Topology.load(PROJECT / "dapr.yaml").apps}

    def goal(app_id: str, **environ: str) -> str:
        return commands.sidecar_environment(environ, apps[app_id])["GOMEMLIMIT"]

    assert goal(names.AUDIT) == "80MiB"
    assert goal(names.SCHEDULER) == goal(names.REMINDER_ACTOR) == "256MiB"
    assert goal(names.SCHEDULER, GOMEMLIMIT="200MiB") == "200MiB"


def test_replicas_have_names_of_their_own_and_one_app_id() -> None:
    topology = Topology.load(PROJECT / "dapr.yaml").scaled({names.CHAT_API: 2})
    found = [(app.name, app.app_id) for app in topology.apps if app.serves_people]
    assert found == [("chat-api", "chat-api"), ("chat-api-2", "chat-api")]
    assert len(topology.apps) == len(Topology.load(PROJECT / "dapr.yaml").apps) + 1
