"""The one command: what it does from nothing, again, after an interruption, and when the new version is no good."""

import pytest

from tests.scripts.conftest import PROJECT, Cloud, as_json, printed_commands

SCRIPT = "scripts/deploy-oke.sh"
SECRETS = {
    "KAFKA_BROKERS": "a.example.com:9092",
    "KAFKA_USERNAME": "todo",
    "KAFKA_PASSWORD": "p4ss word's",
    "DATABASE_URL": "postgresql://u:secret@db.example.com/todo?sslmode=require&channel_binding=require",
}
REVISION = "kubectl get secrets --selector owner=helm,name=todo,status=deployed"
PENDING = (
    "kubectl get secrets --selector owner=helm,name=todo,status in (pending-install,pending-upgrade,pending-rollback)"
)
ONE_NODE = ("kubectl get nodes", 0, "node/one\n")
HAPPY = (ONE_NODE, (REVISION, 0, "3"))


def upgrades(cloud: Cloud) -> list[str]:
    """What was asked of Helm for the app."""
    return [line for line in cloud.lines if line.startswith("helm ") and " todo " in line]


def test_from_nothing_it_goes_all_the_way(cloud: Cloud) -> None:
    cloud.answer(ONE_NODE)
    cloud.run(SCRIPT, "--compartment-id", "ocid1.compartment.mine", "--tag", "abc", "--skip-verify", **SECRETS)
    assert cloud.living("ce cluster") == ["todo"]
    order = [line.split(" --")[0] for line in cloud.lines]
    steps = [
        "oci ce cluster create",
        "helm upgrade dapr dapr",
        "kubectl create secret generic todo-kafka",
        "helm upgrade todo charts/todo-app",
    ]
    assert [order.index(step) for step in steps] == sorted(order.index(step) for step in steps)
    (upgrade,) = upgrades(cloud)
    for words in ("--install", "--atomic", "--values charts/todo-app/values-oke.yaml", "--set-string image.tag=abc"):
        assert words in upgrade


def test_secrets_reach_the_cluster_and_no_command_line(cloud: Cloud) -> None:
    cloud.answer(*HAPPY)
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify", **SECRETS)
    for secret in ("p4ss", "u:secret"):
        assert not [line for line in cloud.lines if secret in line]
    files = {k: v for call in cloud.tools.calls for k, v in call.files.items()}
    assert files == {
        "brokers": SECRETS["KAFKA_BROKERS"],
        "username": "todo",
        "password": "p4ss word's",
        "connection-string": SECRETS["DATABASE_URL"],
    }


def test_secrets_that_are_in_the_cluster_need_not_be_given_again(cloud: Cloud) -> None:
    cloud.answer(*HAPPY, ("kubectl get secret todo-language-model", 1, ""))
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify")
    assert not [line for line in cloud.lines if "create secret" in line]
    assert "languageModel" not in upgrades(cloud)[0]


def test_a_language_model_is_switched_on_by_its_key(cloud: Cloud) -> None:
    cloud.answer(*HAPPY, ("kubectl get secret todo-language-model", 1, ""))
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify", COHERE_API_KEY="key", **SECRETS)
    assert "--set languageModel.enabled=true" in upgrades(cloud)[0]


def test_the_log_in_of_a_mail_server_goes_the_same_way(cloud: Cloud) -> None:
    cloud.answer(*HAPPY)
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify", SMTP_USER="me", SMTP_PASSWORD="m4il")
    (line,) = [line for line in cloud.lines if "create secret" in line]
    assert "todo-smtp" in line
    assert "m4il" not in line
    files = {k: v for call in cloud.tools.calls for k, v in call.files.items()}
    assert files == {"user": "me", "password": "m4il"}


@pytest.mark.parametrize("url", ["https://todo.example.org", "https://todo.example.org/"])
def test_the_address_reaches_the_services(cloud: Cloud, url: str) -> None:
    cloud.answer(*HAPPY)
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify", "--url", url)
    assert "--set-string publicUrl=https://todo.example.org " in f"{upgrades(cloud)[0]} "


def test_missing_secrets_are_said_before_a_cluster_is_made(cloud: Cloud) -> None:
    cloud.answer(("kubectl get secret todo-", 1, ""))
    done = cloud.run(SCRIPT, "--compartment-id", "c", check=False)
    assert done.returncode == 1
    assert "KAFKA_BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD;DATABASE_URL" in done.stderr
    assert not [line for line in cloud.lines if line.startswith(("oci", "helm"))]


@pytest.mark.parametrize(("before", "ending"), [("3", "revision 3 serves again"), ("", "was taken back. Above")])
def test_an_upgrade_that_fails_is_said(cloud: Cloud, before: str, ending: str) -> None:
    cloud.answer((REVISION, 0, before), ("helm upgrade todo", 1, ""), ("kubectl get events", 0, "Warning BackOff\n"))
    done = cloud.run(SCRIPT, "--only-app", "--tag", "abc", check=False)
    assert done.returncode == 1
    assert ending in done.stderr
    assert "Warning BackOff" in done.stderr
    assert not [line for line in upgrades(cloud) if "rollback" in line]  # --atomic did


def test_a_version_that_does_not_pass_the_check_is_taken_back(cloud: Cloud) -> None:
    cloud.answer(*HAPPY, ("kubectl get pods", 0, as_json({"items": []})))
    done = cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--url", "http://127.0.0.1:1", check=False, PATIENCE="0")
    assert done.returncode == 1
    assert "ROLLING BACK to revision 3" in done.stderr
    assert "revision 3 serves again" in done.stderr
    assert upgrades(cloud)[-1].startswith("helm rollback todo 3 --namespace todo --wait")


def test_a_first_version_that_does_not_pass_stays_to_be_looked_at(cloud: Cloud) -> None:
    cloud.answer((REVISION, 0, ""), ("kubectl get pods", 0, as_json({"items": []})))
    done = cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--url", "http://127.0.0.1:1", check=False, PATIENCE="0")
    assert done.returncode == 1
    assert "first release" in done.stderr
    assert not [line for line in cloud.lines if line.startswith("helm rollback")]


def test_a_rollback_that_fails_is_said_loudly(cloud: Cloud) -> None:
    cloud.answer(*HAPPY, ("kubectl get pods", 0, as_json({"items": []})), ("helm rollback", 1, ""))
    done = cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--url", "http://127.0.0.1:1", check=False, PATIENCE="0")
    assert done.returncode == 1
    assert "THE ROLLBACK FAILED TOO" in done.stderr


@pytest.mark.parametrize(("before", "first"), [("3", "helm rollback todo 3"), ("", "helm uninstall todo")])
def test_an_interrupted_run_is_cleared_up_first(cloud: Cloud, before: str, first: str) -> None:
    cloud.answer((PENDING, 0, "4"), (REVISION, 0, before))
    cloud.run(SCRIPT, "--only-app", "--tag", "abc", "--skip-verify")
    assert upgrades(cloud)[0].startswith(first)
    assert upgrades(cloud)[1].startswith("helm upgrade todo")


def test_a_dry_run_prints_all_of_it_and_calls_nothing(cloud: Cloud) -> None:
    done = cloud.run(SCRIPT, "--dry-run", "--tag", "abc", PATH="/usr/bin:/bin")
    assert cloud.tools.calls == []
    commands = [" ".join(words) for words in printed_commands(done.stdout)]
    for start in (
        "oci network vcn create",
        "oci ce node-pool create",
        "helm upgrade dapr dapr",
        "helm upgrade todo charts/todo-app",
        "python3",
    ):
        assert [line for line in commands if line.startswith(start)], start


def test_what_it_names_exists() -> None:
    for path in (
        "charts/todo-app/values-oke.yaml",
        "charts/dapr-values.yaml",
        "charts/todo-app/files/set-a-reminder.py",
    ):
        assert (PROJECT / path).is_file()
