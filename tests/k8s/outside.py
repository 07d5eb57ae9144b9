"""What the chart's pods find outside of them, or in pods whose images are not here: Kafka and PostgreSQL, both real."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka.errors import KafkaError

from runtime import kafka_jars
from runtime.errors import NotInstalled
from runtime.layout import Layout
from runtime.parts.kafka import SECRET, Kafka
from runtime.ports import Ports
from tests.components.resources import PROJECT
from tests.k8s import rpk
from tests.k8s.cluster import Cluster, Document
from tests.k8s.hosting import command_of, environment
from tests.k8s.processes import Process
from tests.support.postgres import Postgres, find_binaries

_JOB_TIMEOUT: Final = 120.0
_COMPONENT: Final = "app.kubernetes.io/component"


class _WithoutLogin(Kafka):
    """As the broker of the chart is."""

    def _properties(self) -> str:
        return super()._properties().replace("CLIENT:SASL_SSL", "CLIENT:PLAINTEXT")

    def client_options(self) -> dict[str, object]:
        return {"bootstrap_servers": self.address, "request_timeout_ms": 5000}


@dataclass
class Outside:
    """The servers, and by which addresses the pods know them. Everything ends with `running`."""

    cluster: Cluster
    folder: Path
    running: contextlib.ExitStack
    places: dict[str, str] = field(default_factory=dict)
    """Addresses that the chart names, and where that is on this machine."""
    sidecar_env: Mapping[str, str] = field(default_factory=dict)
    kafka: dict[str, Any] = field(default_factory=dict)
    """How a client connects."""
    ran: dict[str, str] = field(default_factory=dict)
    """What the jobs printed."""

    @staticmethod
    def require() -> None:
        """Skip the test where a server is missing."""
        if find_binaries() is None:
            pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
        try:
            kafka_jars.ensure()
        except NotInstalled as error:
            pytest.skip(str(error))

    # As on OKE: both are there before

    def provide(self, namespace: str) -> None:
        """Start both, and make the Secrets that lead there."""
        server = self._start_kafka(Kafka)
        password = str(server.client_options()["sasl_plain_password"])
        self.cluster.secret(namespace, SECRET, brokers=server.address, username="todo", password=password)
        postgres = self._start_postgres("todo", "not-a-secret")
        self.cluster.secret(namespace, "todo-postgresql", connection_string=postgres.connection_string)

    # As on Minikube: they are pods of the release

    def start(self, pod: Document) -> bool:
        """Start the server that a pod stands for, as its container says. Every pod runs then."""
        component = pod["metadata"]["labels"].get(_COMPONENT)
        (container, *_) = pod["spec"]["containers"]
        if component == "postgresql":
            env = environment(self.cluster, pod, container)
            postgres = self._start_postgres(env["POSTGRES_USER"], env["POSTGRES_PASSWORD"])
            address = postgres.create(env["POSTGRES_DB"]).partition("@")[2].partition("/")[0]
            self.places[self._service(pod, container["ports"][0]["name"])] = address
        elif component == "broker":
            words = command_of(container, {})
            (known,) = (word.partition("=")[2] for word in words if word.startswith("--advertise-kafka-addr="))
            assert known == self._service(pod, container["ports"][0]["name"]), (
                "it tells clients a name that leads to it"
            )
            self.places[known] = self._start_kafka(_WithoutLogin).address
        return True

    def _service(self, pod: Document, port: str) -> str:
        """Name and port of the Service before a pod."""
        labels = pod["metadata"]["labels"].items()
        (service,) = (
            item
            for item in self.cluster.items(f"/api/v1/namespaces/{pod['metadata']['namespace']}/services")
            if "selector" in item["spec"] and item["spec"]["selector"].items() <= labels
        )
        (number,) = (item["port"] for item in service["spec"]["ports"] if item["name"] == port)
        return f"{service['metadata']['name']}:{number}"

    def lead_here(self, namespace: str) -> None:
        """There is no DNS of a cluster: what Secrets name is put in the place of its name."""
        for name in (SECRET, "todo-postgresql"):
            values = self.cluster.secret_values(namespace, name)
            path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
            self.cluster.patch(path, {"stringData": {key: self.here(value) for key, value in values.items()}})

    def here(self, text: str) -> str:
        """A text with the addresses of this machine."""
        for known, address in self.places.items():
            text = text.replace(known, address)
        return text

    # Jobs

    def run(self, pod: Document) -> int:
        """Run a job's container, or that of `helm test`, to its end; its exit status."""
        (container,) = pod["spec"]["containers"]
        env = {name: self.here(value) for name, value in environment(self.cluster, pod, container).items()}
        program, *arguments = (self.here(word) for word in command_of(container, env))
        answer = subprocess.run(
            [{"python": sys.executable, "bash": "/bin/bash"}[program], *arguments],
            cwd=PROJECT,
            env={"PATH": f"{self._programs()}:/usr/bin:/bin", **self.sidecar_env, **env},
            capture_output=True,
            text=True,
            timeout=_JOB_TIMEOUT,
            check=False,
        )
        self.ran[container["name"]] = answer.stdout + answer.stderr
        return answer.returncode

    def _programs(self) -> Path:
        """A folder with `rpk`."""
        path = self.folder / "programs" / "rpk"
        if not path.exists():
            path.parent.mkdir()
            path.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m {rpk.__name__} "$@"\n')
            path.chmod(0o755)
        return path.parent

    def topics(self) -> dict[str, int]:
        """Those of the broker, and their partitions."""
        return asyncio.run(rpk.partitions(self.kafka))

    # Servers

    def _start_postgres(self, user: str, password: str) -> Postgres:
        server = find_binaries()
        assert server is not None
        return self.running.enter_context(Postgres(server, user=user, password=password))

    def _start_kafka(self, kind: type[Kafka]) -> Kafka:
        """One without topics."""
        layout = Layout(self.folder / "broker")
        layout.create()
        server = kind(layout, Ports())
        launch = server.prepare()
        process = self.running.enter_context(Process("kafka", launch.argv, folder=self.folder, env=launch.env))
        self.kafka = {**server.client_options(), "request_timeout_ms": 20_000}
        process.wait_until(self._lets_in, within=180)
        if kind is Kafka:
            self.sidecar_env = launch.sidecar_env
        return server

    def _lets_in(self) -> bool:
        try:
            self.topics()
        except (KafkaError, OSError, TimeoutError):
            return False
        return True
