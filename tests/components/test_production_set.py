"""The production set, loaded by a real daprd: every file, setting and secret, each for the apps it is scoped to."""

import re

import pytest

from contracts import names
from tests.components.conftest import NAMESPACE, Plant, World
from tests.components.daprd import Daprd
from tests.components.resources import PRODUCTION, load
from tests.components.test_sets import PUSH_SERVICES

KAFKA = ("pubsub.kafka", "v1")
POSTGRESQL = ("state.postgresql", "v2")
KUBERNETES = ("secretstores.kubernetes", "v1")
HTTP = ("bindings.http", "v1")
EXPECTED: dict[str, dict[str, tuple[str, str]]] = {
    names.CHAT_API: {names.PUBSUB: KAFKA, names.SECRET_STORE: KUBERNETES, names.CONVERSATION_STORE: POSTGRESQL},
    names.REMINDER_ACTOR: {names.PUBSUB: KAFKA, names.SECRET_STORE: KUBERNETES, names.ACTOR_STATE_STORE: POSTGRESQL},
    names.SCHEDULER: {names.PUBSUB: KAFKA, names.SECRET_STORE: KUBERNETES, names.DEAD_LETTER_STORE: POSTGRESQL},
    names.NOTIFICATION: {
        names.PUBSUB: KAFKA,
        names.SECRET_STORE: KUBERNETES,
        names.DELIVERY_STORE: POSTGRESQL,
        **dict.fromkeys(PUSH_SERVICES, HTTP),
    },
    names.AUDIT: {names.PUBSUB: KAFKA, names.SECRET_STORE: KUBERNETES, names.AUDIT_STORE: POSTGRESQL},
    "stranger": {},
}
POLICIES: dict[str, set[str]] = {
    names.CHAT_API: {"resiliency"},
    names.REMINDER_ACTOR: {"resiliency", "scheduler-jobs"},
    names.SCHEDULER: {"resiliency", "scheduler-jobs"},
    names.NOTIFICATION: {"resiliency"},
    names.AUDIT: {"resiliency"},
    "stranger": set(),
}

pytestmark = pytest.mark.e2e


def loaded_policies(daprd: Daprd) -> set[str]:
    """The Resiliency resources that daprd took in, by its own metric."""
    samples = [line for line in daprd.metrics() if line.startswith("dapr_resiliency_loaded")]
    return {match[1] for line in samples if (match := re.search(r'[{,]name="([^"]*)"', line))}


@pytest.mark.parametrize("app_id", EXPECTED)
def test_each_app_gets_its_components_and_policies(world: World, app_id: str) -> None:
    with world.daprd(app_id) as daprd:
        daprd.wait_ready()
        assert daprd.components() == EXPECTED[app_id]
        assert loaded_policies(daprd) == POLICIES[app_id]
        assert "Could not read resiliency" not in daprd.log
        errors = [line for line in daprd.complaints if "level=warn" not in line]
        assert not [line for line in errors if "scope=dapr.runtime.actors.placement" not in line]


def test_every_file_is_loaded_for_some_app() -> None:
    for item in load(PRODUCTION):
        if item.kind == "Component":
            assert any(item.name in expected for expected in EXPECTED.values()), item.file
        elif item.kind == "Resiliency":
            assert any(item.name in policies for policies in POLICIES.values()), item.file
        else:
            assert item.kind == "Configuration"
            assert item.file in {"config.yaml", "config-notification.yaml", "config-audit.yaml"}


def test_secrets_come_from_kubernetes_and_open_the_broker(world: World) -> None:
    with world.daprd(names.REMINDER_ACTOR) as daprd:
        daprd.wait_ready()
        prefix = f"/api/v1/namespaces/{NAMESPACE}/secrets/"
        assert {prefix + "todo-kafka", prefix + "todo-postgresql"} <= set(world.kubernetes.reads)
        # The producer and the consumer group logged in over TLS, under the app-id.
        assert world.broker.logins[names.REMINDER_ACTOR, True] >= 2
        assert world.broker.logins[names.REMINDER_ACTOR, False] == 0
        assert f"ConsumerGroup='{names.REMINDER_ACTOR}'" in daprd.log


def test_conversations_are_kept_in_postgresql_and_expire(world: World) -> None:
    with world.daprd(names.CHAT_API) as daprd:
        daprd.wait_ready()
        entry = {"key": "c1", "value": {"turns": 3}, "metadata": {"ttlInSeconds": "600"}}
        daprd.post(f"/v1.0/state/{names.CONVERSATION_STORE}", [entry]).raise_for_status()
        assert daprd.get(f"/v1.0/state/{names.CONVERSATION_STORE}/c1").json() == {"turns": 3}
        rows = world.postgres.query("SELECT key, expires_at > now() FROM conversation_state")
        assert rows == [f"{names.CHAT_API}||c1|t"]
        # The policy is in force: it was counted for this store.
        counted = [line for line in daprd.metrics() if line.startswith("dapr_resiliency_count")]
        assert any('policy="timeout"' in line and names.CONVERSATION_STORE in line for line in counted), counted


def test_the_stores_keep_apart(world: World) -> None:
    for app_id in (names.CHAT_API, names.REMINDER_ACTOR, names.NOTIFICATION, names.SCHEDULER, names.AUDIT):
        hosts_actors = app_id == names.REMINDER_ACTOR
        with world.daprd(app_id) as daprd:
            daprd.wait_ready()
            assert (f"Using '{names.ACTOR_STATE_STORE}' as actor state store" in daprd.log) == hosts_actors
    tables = world.postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert tables == [
        "actor_state",
        "audit_state",
        "conversation_state",
        "dapr_metadata",
        "dead_letter_state",
        "delivery_state",
    ]
    migrations = world.postgres.query("SELECT key FROM dapr_metadata WHERE key LIKE 'migrations-%' ORDER BY 1")
    assert migrations == [
        f"migrations-state-v2-{prefix}_" for prefix in ("actor", "audit", "conversation", "dead_letter", "delivery")
    ]


def test_apps_cannot_read_the_components_credentials(world: World) -> None:
    with world.daprd(names.CHAT_API) as daprd:
        daprd.wait_ready()
        assert daprd.get(f"/v1.0/secrets/{names.SECRET_STORE}/todo-app").json() == {"greeting": "hello"}
        for secret in ("todo-kafka", "todo-postgresql"):
            assert daprd.get(f"/v1.0/secrets/{names.SECRET_STORE}/{secret}").status_code == 403


def test_a_misspelt_topic_is_refused(world: World) -> None:
    with world.daprd(names.CHAT_API) as daprd:
        daprd.wait_ready()
        answer = daprd.post(f"/v1.0/publish/{names.PUBSUB}/task-event", {})
        assert answer.status_code == 403, answer.text


# Defects that must be seen: file, text, replaced by, what daprd then says.
FATAL = {
    "type": ("kafka-pubsub.yaml", "pubsub.kafka", "pubsub.kafak", "couldn't find message bus pubsub.kafak/v1"),
    "version": ("state-postgresql.yaml", "version: v2", "version: v9", "couldn't find state store state.postgresql/v9"),
    "required setting": ("kafka-pubsub.yaml", "name: brokers\n", "name: broker\n", "missing 'brokers' attribute"),
    "missing secret": ("kafka-pubsub.yaml", "name: todo-kafka", "name: todo-kafca", "missing 'brokers' attribute"),
    "missing key": ("state-postgresql.yaml", "key: connection-string", "key: url", "failed to build connection string"),
    "mechanism": ("kafka-pubsub.yaml", "SHA-256", "SHA256", "broker does not support the requested SASL mechanism"),
    "password": ("kafka-pubsub.yaml", "key: password", "key: username", "wrong user or password"),
    "acks": ("kafka-pubsub.yaml", "value: all", "value: every", "invalid value for 'producerRequiredAcks'"),
    "number": ("state-postgresql.yaml", 'value: "20"', "value: many", "'maxConns'"),
}


@pytest.mark.parametrize("defect", FATAL)
def test_daprd_refuses_a_broken_component(world: World, plant: Plant, defect: str) -> None:
    file, old, new, complaint = FATAL[defect]
    with world.daprd(names.REMINDER_ACTOR, plant(file, old, new)) as daprd:
        assert daprd.wait_exit() != 0
        assert complaint in daprd.log


def test_an_unknown_authority_is_refused(world: World) -> None:
    """The broker's certificate is checked. The Kubernetes API's has its own authority, in the kubeconfig."""
    with world.daprd(names.SCHEDULER, SSL_CERT_FILE="/dev/null") as daprd:
        assert daprd.wait_exit() != 0
        assert "certificate signed by unknown authority" in daprd.log


def test_an_unknown_secret_store_leaves_the_component_out(world: World, plant: Plant) -> None:
    """daprd starts all the same: only the list of components shows it."""
    resources = plant("kafka-pubsub.yaml", "secretStore: secretstore", "secretStore: vault")
    with world.daprd(names.SCHEDULER, resources) as daprd:
        daprd.wait_ready()
        assert set(daprd.components()) == set(EXPECTED[names.SCHEDULER]) - {names.PUBSUB}
        assert "references a secret store that isn't loaded: vault" in daprd.log


@pytest.mark.parametrize(
    ("defect", "lost"),
    [
        (("resiliency.yaml", "call: 4s", "call: 4 seconds"), "resiliency"),
        (("resiliency.yaml", "trip: consecutiveFailures >= 20", "trip: consecutive failures"), "resiliency"),
        (("scheduler-jobs.yaml", "policy: constant", "policy: steady"), "scheduler-jobs"),
        (("scheduler-jobs.yaml", 'gRPCStatusCodes: "14"', "gRPCStatusCodes: UNAVAILABLE"), "scheduler-jobs"),
    ],
)
def test_a_broken_policy_is_not_loaded(world: World, plant: Plant, defect: tuple[str, str, str], lost: str) -> None:
    """daprd starts without it: only its metric and its log show it."""
    with world.daprd(names.SCHEDULER, plant(*defect)) as daprd:
        daprd.wait_ready()
        assert loaded_policies(daprd) == POLICIES[names.SCHEDULER] - {lost}
        assert f"Could not read resiliency policy {lost}" in daprd.log
