"""Reads the Dapr multi-app run file: which apps there are and what their sidecars load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import yaml

from runtime.backing import Backing
from runtime.errors import InvalidTopology
from runtime.layout import PROJECT, Layout

_PROTOCOLS = ("grpc", "http")


@dataclass(frozen=True, slots=True)
class App:
    """One service and its sidecar. Paths are absolute."""

    app_id: str
    command: tuple[str, ...]
    directory: Path
    resources: tuple[Path, ...]
    configs: tuple[Path, ...]
    protocol: str = "grpc"
    env: Mapping[str, str] = field(default_factory=dict)
    replica: int = 1
    max_body_size: str | None = None
    """The longest message between it and its sidecar, as a Kubernetes quantity; Dapr's own is 4Mi."""

    @property
    def name(self) -> str:
        """What it is called among the processes: its app-id, and from the second replica on which one it is."""
        return self.app_id if self.replica == 1 else f"{self.app_id}-{self.replica}"

    @property
    def serves_people(self) -> bool:
        """Whether it takes ``PORT``, the port of the page, besides the one its sidecar calls."""
        return "PORT" in self.env

    @property
    def serves_operators(self) -> bool:
        """Whether it takes ``CONSOLE_PORT``, the port of the operators' page."""
        return "CONSOLE_PORT" in self.env


@dataclass(frozen=True, slots=True)
class Topology:
    """The apps, in the order of the file."""

    apps: tuple[App, ...]

    def with_resources(self, folders: Sequence[Path]) -> Self:
        """The same, with further folders of Dapr resources for every sidecar.

        Raises:
            InvalidTopology: one is no folder; daprd would end over it.
        """
        for folder in folders:
            if not folder.is_dir():
                raise InvalidTopology(f"{folder} is no folder of Dapr resources")
        more = tuple(folder.resolve() for folder in folders)
        return replace(self, apps=tuple(replace(app, resources=(*app.resources, *more)) for app in self.apps))

    def with_config(self, path: Path) -> Self:
        """The same, with a further Configuration for every sidecar; what it says wins."""
        return replace(self, apps=tuple(replace(app, configs=(*app.configs, path)) for app in self.apps))

    def on(self, backing: Backing, layout: Layout) -> Self:
        """The same on another backing: its components and configurations in the place of those of the file."""
        if backing.is_local:
            return self
        folder = backing.write_components(layout)
        local = PROJECT / "components" / "local"
        return replace(
            self,
            apps=tuple(
                replace(
                    app,
                    resources=tuple(folder if path == local else path for path in app.resources),
                    configs=tuple(path for config in app.configs for path in backing.configs(config)),
                )
                for app in self.apps
            ),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Parse a run file (version 1). The ports in it are for the Dapr CLI; the supervisor picks its own.

        Raises:
            InvalidTopology: it cannot be read, or an app lacks what is needed.
        """
        try:
            document = yaml.safe_load(path.read_text())
        except OSError as error:
            raise InvalidTopology(f"{path} cannot be read: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise InvalidTopology(f"{path} is not YAML: {error}") from error
        if not isinstance(document, dict) or document.get("version") != 1:
            raise InvalidTopology(f"{path}: expected a Dapr run file with `version: 1`")
        common = document.get("common") or {}
        entries = document.get("apps") or []
        if not entries:
            raise InvalidTopology(f"{path}: it lists no apps")
        apps = tuple(_app(path, common, entry) for entry in entries)
        ids = [app.app_id for app in apps]
        if len(set(ids)) != len(ids):
            raise InvalidTopology(f"{path}: an appID occurs twice")
        return cls(apps)

    def scaled(self, replicas: Mapping[str, int]) -> Self:
        """The same with as many of each app as `replicas` says of its app-id, else one."""
        return type(self)(
            tuple(
                replace(app, replica=number)
                for app in self.apps
                for number in range(1, replicas.get(app.app_id, 1) + 1)
            )
        )


def _app(path: Path, common: Mapping[str, Any], entry: Mapping[str, Any]) -> App:
    base = path.resolve().parent
    merged = {**common, **entry}
    for key in ("appID", "command", "configFilePath"):
        if not merged.get(key):
            raise InvalidTopology(f"{path}: the app {entry.get('appID', '?')} has no {key}")
    resources = merged.get("resourcesPaths") or [merged.get("resourcesPath")]
    if not all(resources):
        raise InvalidTopology(f"{path}: the app {merged['appID']} has no resourcesPath")
    protocol = str(merged.get("appProtocol", "http"))
    if protocol not in _PROTOCOLS:
        raise InvalidTopology(f"{path}: appProtocol {protocol} is none of {', '.join(_PROTOCOLS)}")
    directory = (base / merged.get("appDirPath", ".")).resolve()
    return App(
        app_id=merged["appID"],
        command=tuple(str(part) for part in merged["command"]),
        directory=directory,
        resources=tuple((base / resource).resolve() for resource in resources),
        configs=((base / merged["configFilePath"]).resolve(),),
        max_body_size=merged.get("maxBodySize"),
        protocol=protocol,
        env={str(key): str(value) for source in (common, entry) for key, value in (source.get("env") or {}).items()},
    )
