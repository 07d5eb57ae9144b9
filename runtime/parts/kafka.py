"""A real Apache Kafka of one node (KRaft), as production's components expect it: TLS, SCRAM-SHA-256, topics there."""

import asyncio
import logging
import ssl
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contracts import names
from runtime import kafka_jars, secrets_file
from runtime.errors import StartFailed
from runtime.layout import Layout
from runtime.parts.part import Launch, Part
from runtime.ports import Ports

SECRET: Final = "todo-kafka"  # noqa: S105 - a secret's name
USER: Final = "todo"
PARTITIONS: Final = 4
_DAY: Final = 24 * 3600 * 1000  # milliseconds
_RETENTION: Final = {
    names.TASK_EVENTS: 7 * _DAY,
    names.TASK_UPDATES: 7 * _DAY,
    names.REMINDERS: 7 * _DAY,
    names.NOTIFICATIONS: 7 * _DAY,
    names.DEAD_LETTERS: 30 * _DAY,
}
_FORMAT_TIMEOUT: Final = 120
# One small node beside everything else: the quick compiler and the plain collector.
_JAVA: Final = ("java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING: Final = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")


# The client reports each attempt to connect to a server that is still starting.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class Kafka(Part):
    """Broker and controller in one process."""

    name = "broker"

    def __init__(self, layout: Layout, ports: Ports) -> None:
        self.ports = {"kafka": ports.pick(), "controller": ports.pick()}
        self._layout = layout
        self._password = ""

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.ports['kafka']}"

    @property
    def certificate(self) -> Path:
        """What its clients trust."""
        return self._layout.kafka / "certificate.pem"

    def prepare(self) -> Launch:
        """Fetch the server, format its log folder, write its credentials for the secret store.

        Raises:
            NotInstalled: Java or the jars are not to be had.
            StartFailed: the format failed.
        """
        jars = kafka_jars.ensure()
        stored = secrets_file.read(self._layout.secrets).get(SECRET)
        self._password = stored["password"] if isinstance(stored, dict) else uuid.uuid4().hex
        secrets_file.update(
            self._layout.secrets, {SECRET: {"brokers": self.address, "username": USER, "password": self._password}}
        )
        if not self.certificate.exists():
            _make_certificate(self._layout.kafka)
        properties = self._layout.kafka / "server.properties"
        secrets_file.write_private(properties, self._properties())
        java = (*_JAVA, *_LOGGING, "-cp", f"{jars}/*")
        if not (self._layout.kafka / "log" / "meta.properties").exists():
            self._format(java, properties)
        return Launch(
            (*java, "kafka.Kafka", str(properties)),
            # Besides the system's own authorities, which Go reads from their folder.
            sidecar_env={"SSL_CERT_FILE": str(self.certificate)},
        )

    def _properties(self) -> str:
        folder = self._layout.kafka
        login = (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{USER}" password="{self._password}";'
        )
        return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{self.ports["controller"]}
listeners=CLIENT://{self.address},CONTROLLER://127.0.0.1:{self.ports["controller"]}
advertised.listeners=CLIENT://{self.address},CONTROLLER://127.0.0.1:{self.ports["controller"]}
listener.security.protocol.map=CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
sasl.enabled.mechanisms=SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
listener.name.client.scram-sha-256.sasl.jaas.config={login}
ssl.keystore.type=PEM
ssl.keystore.location={folder / "server.pem"}
ssl.truststore.type=PEM
ssl.truststore.location={self.certificate}
log.dirs={folder / "log"}
# One node has no replica to fall back on: what is acknowledged is on disk.
log.flush.interval.messages=1
auto.create.topics.enable=false
num.partitions={PARTITIONS}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
"""

    def _format(self, java: tuple[str, ...], properties: Path) -> None:
        scram = f"SCRAM-SHA-256=[name={USER},password={self._password}]"
        done = subprocess.run(
            [
                *(*java, "kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted"),
                *("-t", "dG9kby1hc3Npc3RhbnQtMQ", "-c", str(properties), "--add-scram", scram),
            ],
            capture_output=True,
            text=True,
            timeout=_FORMAT_TIMEOUT,
            check=False,
        )
        if done.returncode:
            raise StartFailed(f"Kafka's storage was not formatted: {(done.stderr or done.stdout).strip()[-2000:]}")

    def client_options(self) -> dict[str, object]:
        """How aiokafka's clients connect."""
        return {
            "bootstrap_servers": self.address,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": USER,
            "sasl_plain_password": self._password,
            "ssl_context": ssl.create_default_context(cafile=str(self.certificate)),
            "request_timeout_ms": 5000,
        }

    async def started(self) -> None:
        """Make the topics, as an operator does on a hosted cluster."""
        async with _Admin(self) as admin:
            there = set(await admin.list_topics())
            await admin.create_topics(
                [
                    NewTopic(topic, PARTITIONS, 1, topic_configs={"retention.ms": str(retention)})
                    for topic, retention in _RETENTION.items()
                    if topic not in there
                ]
            )

    async def answers(self) -> bool:
        """Whether it lets clients in and has the topics."""
        client = AIOKafkaAdminClient(**self.client_options())
        try:
            await client.start()
            return set(_RETENTION) <= set(await client.list_topics())
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await client.close()


class _Admin:
    """An admin client; waits until the server lets it in."""

    def __init__(self, server: Kafka) -> None:
        self._server = server
        self._client: AIOKafkaAdminClient | None = None

    async def __aenter__(self) -> AIOKafkaAdminClient:
        while True:
            client = AIOKafkaAdminClient(**self._server.client_options())
            try:
                await client.start()
            except (KafkaError, OSError, TimeoutError):
                await client.close()
                await asyncio.sleep(0.2)
            else:
                self._client = client
                return client

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()


def _make_certificate(folder: Path) -> None:
    """A self-signed certificate for 127.0.0.1 and its key, for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "todo-assistant")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = made.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    secrets_file.write_private(folder / "server.pem", private + certificate)
    secrets_file.write_private(folder / "certificate.pem", certificate)
