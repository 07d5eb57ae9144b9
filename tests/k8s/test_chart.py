"""What the chart renders: nothing here needs a cluster."""

import importlib
import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from contracts import access, names
from runtime.topology import Topology
from tests.components.resources import PRODUCTION, PRODUCTION_OPTIONAL, PROJECT, load
from tests.k8s.chart import (
    CHART,
    DAPR_NAMESPACE,
    DAPR_VALUES,
    EVERYTHING,
    MINIKUBE,
    OKE,
    RELEASE,
    VALUES,
    Manifest,
    Refused,
    as_json,
    manifests,
    of_kind,
    render,
    values,
)
from tests.k8s.quantities import Amount, number
from tests.k8s.readme import readme
from tests.k8s.tools import dapr_chart, tool

pytestmark = pytest.mark.k8s

ALWAYS_FREE = Amount(number(4), number("24G"))
SYSTEM = Amount(
    number("900m"), number("1Gi")
)  # what OKE's own pods ask for on two nodes: DNS, proxy, network, autoscaler

both = pytest.mark.parametrize("arguments", VALUES.values(), ids=VALUES.keys())


def deployments(arguments: tuple[str, ...]) -> dict[str, Manifest]:
    """The Deployments of the services, by app-id."""
    found = of_kind("Deployment", *arguments).values()
    return {
        item.pod["metadata"]["annotations"]["dapr.io/app-id"]: item
        for item in found
        if item.pod and "dapr.io/app-id" in item.pod["metadata"].get("annotations", {})
    }


def comparable(document: dict[str, Any]) -> str:
    """A resource of Dapr's without the chart's labels, its settings in any order."""
    copy: dict[str, Any] = yaml.safe_load(yaml.safe_dump(document))
    copy["metadata"].pop("labels", None)
    if copy["spec"].get("metadata") is not None:
        copy["spec"]["metadata"].sort(key=lambda item: item["name"])
    return as_json(copy)


@both
def test_helm_finds_nothing_to_complain_about(arguments: tuple[str, ...]) -> None:
    answer = subprocess.run(
        [tool("helm"), "lint", "--strict", CHART, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stdout


def test_the_readme_is_that_of_the_values_and_explains_each() -> None:
    text = (CHART / "README.md").read_text()
    assert text == readme(), "run `make chart`"
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ") and "| Key |" not in line]
    assert len(rows) > 70
    assert [key for key, _, _, description in rows if not description.strip()] == []


# The components


def test_the_components_on_oke_are_those_in_components_production() -> None:
    source = {(item.kind, item.name): comparable(item.document) for item in load(PRODUCTION)}
    rendered = {
        (item.kind, item.name): comparable(item.document)
        for item in manifests(*OKE)
        if item.kind in {"Component", "Resiliency"}
    }
    assert rendered == {key: text for key, text in source.items() if key[0] != "Configuration"}


def test_on_minikube_only_the_way_into_kafka_differs() -> None:
    oke, minikube = (of_kind("Component", *arguments) for arguments in (OKE, MINIKUBE))
    assert set(oke) == set(minikube)
    assert {name for name in oke if comparable(oke[name].document) != comparable(minikube[name].document)} == {"pubsub"}
    settings = [
        {item["name"]: item.get("value", item.get("secretKeyRef")) for item in one["pubsub"].spec["metadata"]}
        for one in (oke, minikube)
    ]
    changed = {key for key in settings[0] | settings[1] if settings[0].get(key) != settings[1].get(key)}
    assert changed == {"authType", "disableTls", "saslMechanism", "saslUsername", "saslPassword"}
    assert (settings[1]["authType"], settings[1]["disableTls"]) == ("none", "true")


@both
def test_each_sidecar_has_the_configuration_of_its_app_and_lets_in_only_whom_it_must(
    arguments: tuple[str, ...],
) -> None:
    source = {item.name: item.spec for item in load(PRODUCTION) if item.kind == "Configuration"}
    rendered = of_kind("Configuration", *arguments)
    services = values(*arguments)["services"]
    for app_id, deployment in deployments(arguments).items():
        spec = rendered[deployment.pod["metadata"]["annotations"]["dapr.io/config"]].spec  # type: ignore[index]
        access = spec.pop("accessControl")
        assert spec == source[services[app_id].get("config", "todo-config")]
        assert access["defaultAction"] == "deny"
        assert {policy["appId"] for policy in access["policies"]} == set(services[app_id].get("callers", {}))
        assert all(policy["defaultAction"] == "deny" for policy in access["policies"])


def test_every_method_that_is_invoked_is_allowed_to_somebody() -> None:
    methods = {value for name, value in vars(names).items() if name.endswith("_METHOD")}
    allowed = {
        operation["name"]
        for item in of_kind("Configuration", *OKE).values()
        for policy in item.spec["accessControl"]["policies"]
        for operation in policy["operations"]
    }
    assert {
        method for method in methods if method not in allowed and f"{method.rpartition('/')[0]}/*" not in allowed
    } == set()


def test_a_model_comes_with_its_key_from_kubernetes() -> None:
    with_model = ("--set", "languageModel.enabled=true,secrets.languageModel.apiKey=k")
    model = of_kind("Component", *with_model)[names.LANGUAGE_MODEL]
    (key,) = (item for item in model.spec["metadata"] if item["name"] == "key")
    assert key["secretKeyRef"] == {"name": "todo-language-model", "key": "COHERE_API_KEY"}
    assert model.document["auth"] == {"secretStore": names.SECRET_STORE}
    assert "todo-language-model" in of_kind("Secret", *with_model)
    assert "todo-language-model" in of_kind("Role", *with_model)["todo-chat-api"].document["rules"][0]["resourceNames"]
    (scope, *_) = of_kind("Configuration", *with_model)["todo-chat-api"].spec["secrets"]["scopes"]
    assert "todo-language-model" in scope["deniedSecrets"]


@both
def test_prometheus_finds_the_figures_of_every_pod_and_may_ask_for_them(arguments: tuple[str, ...]) -> None:
    asked = (*arguments, *EVERYTHING, "--set", "monitoring.port=9500")
    (monitor,) = of_kind("PodMonitor", *asked).values()
    (endpoint,) = monitor.spec["podMetricsEndpoints"]
    policy = of_kind("NetworkPolicy", *asked)[f"{RELEASE}-metrics"].spec
    (components,) = (item["values"] for item in policy["podSelector"]["matchExpressions"])
    for item in of_kind("Deployment", *asked).values():
        (container,) = item.pod_spec["containers"]
        assert {"name": endpoint["port"], "containerPort": 9500} in container["ports"], item.name
        env = {one["name"]: one.get("value") for one in container["env"]}
        assert (env["MONITORING_HOST"], env["MONITORING_PORT"]) == ("0.0.0.0", "9500"), item.name  # noqa: S104
        labels = item.pod["metadata"]["labels"]  # type: ignore[index]
        assert monitor.spec["selector"]["matchLabels"].items() <= labels.items()
        assert labels["app.kubernetes.io/component"] in components
    assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} == {9500}


EMAIL = (
    "--set",
    "email.enabled=true,email.host=smtp.example.org,email.from=todo@example.org,secrets.smtp.user=u,secrets.smtp.password=p",
)


def test_mails_come_with_their_server_and_its_log_in() -> None:
    (source,) = (item for item in load(PRODUCTION_OPTIONAL) if item.name == names.EMAIL_BINDING)
    mail = of_kind("Component", *EMAIL, "--set", "email.port=587")[names.EMAIL_BINDING]
    settings = {item["name"]: item.get("value", item.get("secretKeyRef")) for item in mail.spec["metadata"]}
    said = {"host": "smtp.example.org", "port": "587", "emailFrom": "todo@example.org"}
    assert settings == source.settings | said
    assert mail.document["scopes"] == [names.NOTIFICATION]
    assert of_kind("Secret", *EMAIL)["todo-smtp"].document["stringData"] == {"user": "u", "password": "p"}
    readers = {
        name
        for name, role in of_kind("Role", *EMAIL).items()
        if "todo-smtp" in role.document["rules"][0]["resourceNames"]
    }
    assert readers == {f"{RELEASE}-{names.NOTIFICATION}"}
    for configuration in of_kind("Configuration", *EMAIL).values():
        (scope,) = (item for item in configuration.spec["secrets"]["scopes"] if item["storeName"] == names.SECRET_STORE)
        assert scope["defaultAccess"] == "deny" or "todo-smtp" in scope["deniedSecrets"], configuration.name
    assert 587 in egress_ports(*EMAIL, "--set", "email.port=587")
    assert "todo-smtp" not in of_kind("Secret", *EMAIL, "--set", "secrets.smtp.create=false")
    assert not {"email", "todo-smtp"} & {item.name for item in manifests()}


def egress_ports(*arguments: str) -> set[int]:
    """Of the sidecars, to what is outside."""
    rules = of_kind("NetworkPolicy", *arguments)[f"{RELEASE}-sidecars"].spec["egress"]
    return {port["port"] for rule in rules for port in rule.get("ports", ())}


def test_webhooks_may_lead_to_the_hosts_that_are_listed() -> None:
    arguments = ("--set", "webhooks.hosts={hooks.zapier.com,hooks.example.org:9443}")
    made = {name: item for name, item in of_kind("Component", *arguments).items() if name.startswith("webhook-")}
    (source,) = (item for item in load(PRODUCTION_OPTIONAL) if item.file == "webhooks.yaml")
    assert comparable(made[source.name].document) == comparable(source.document)
    urls = {name: item.spec["metadata"] for name, item in made.items()}
    assert set(urls) == {"webhook-hooks.zapier.com", "webhook-hooks.example.org-9443"}
    assert {"name": "url", "value": "https://hooks.example.org:9443"} in urls["webhook-hooks.example.org-9443"]
    assert 9443 in egress_ports(*arguments)
    assert 9443 not in egress_ports()


def test_settings_of_a_component_can_be_changed_and_a_component_left_out() -> None:
    changed = of_kind(
        "Component",
        "--set",
        "components.statestore.metadata.maxConns=7",
        "--set",
        r"components.push-fcm\.googleapis\.com.enabled=false",
    )
    assert {"name": "maxConns", "value": "7"} in changed["statestore"].spec["metadata"]
    assert "push-fcm.googleapis.com" not in changed


# The services


@both
def test_every_app_of_the_run_file_is_a_service(arguments: tuple[str, ...]) -> None:
    apps = {app.app_id: app for app in Topology.load(PROJECT / "dapr.yaml").apps}
    found = deployments(arguments)
    assert set(found) == set(apps), "add it to `services` in charts/todo-app/values.yaml"
    services = values(*arguments)["services"]
    for app_id, deployment in found.items():
        (container,) = deployment.pod_spec["containers"]
        assert container["command"][1:] == list(apps[app_id].command[1:])
        (base,) = (item.name for item in load(PRODUCTION) if item.file == apps[app_id].configs[0].name)
        assert services[app_id].get("config", "todo-config") == base


@both
def test_sidecars_are_as_the_issue_asks(arguments: tuple[str, ...]) -> None:
    for app_id, deployment in deployments(arguments).items():
        pod = deployment.pod
        assert pod
        annotations = pod["metadata"]["annotations"]
        (container,) = pod["spec"]["containers"]
        env = {item["name"]: item.get("value", item.get("valueFrom")) for item in container["env"]}
        assert annotations["dapr.io/enabled"] == "true"
        assert annotations["dapr.io/app-protocol"] == "grpc"
        assert annotations["dapr.io/app-port"] == env["APP_PORT"]
        for kind, variable in (("api", "DAPR_API_TOKEN"), ("app", "APP_API_TOKEN")):
            secret = annotations[f"dapr.io/{kind}-token-secret"]
            assert env[variable] == {"secretKeyRef": {"name": secret, "key": "token"}}
            assert "token" in of_kind("Secret", *arguments)[secret].document["stringData"], app_id
        assert annotations["dapr.io/log-as-json"] == "true"
        longest = "64Mi" if app_id == names.SCHEDULER else None  # all jobs are one answer
        assert annotations.get("dapr.io/max-body-size") == longest
        assert annotations["dapr.io/enable-native-sidecar"] == "true"
        for key in ("graceful-shutdown-seconds", "block-shutdown-duration"):
            assert annotations[f"dapr.io/{key}"]
        limit, goal = annotations["dapr.io/sidecar-memory-limit"], annotations["dapr.io/env"]
        memory_goal = re.search(r"GOMEMLIMIT=(\d+)MiB", goal)
        assert memory_goal
        assert number(f"{memory_goal[1]}Mi") < number(limit), "the collector must begin before the kill"
        assert pod["spec"]["terminationGracePeriodSeconds"] > 2 * int(annotations["dapr.io/graceful-shutdown-seconds"])


def test_no_native_sidecars_where_kubernetes_has_none() -> None:
    for item in of_kind("Deployment", kubernetes="1.28.0").values():
        assert item.pod
        assert item.pod["metadata"].get("annotations", {}).get("dapr.io/enable-native-sidecar") in {"false", None}


@both
def test_a_service_may_read_the_secrets_of_its_components_and_no_other(arguments: tuple[str, ...]) -> None:
    components = of_kind("Component", *arguments).values()
    configurations, roles = of_kind("Configuration", *arguments), of_kind("Role", *arguments)
    for app_id, deployment in deployments(arguments).items():
        used = {
            setting["secretKeyRef"]["name"]
            for item in components
            if app_id in item.document.get("scopes", [app_id])
            for setting in item.spec.get("metadata") or ()
            if "secretKeyRef" in setting
        }
        for scope in configurations[f"todo-{app_id}"].spec["secrets"]["scopes"]:
            used |= set(scope.get("allowedSecrets", ()))
        account = deployment.pod_spec["serviceAccountName"]
        if not used:
            assert account not in roles, "a rule that names none is for all Secrets"
            continue
        (rule,) = roles[account].document["rules"]
        assert set(rule["resourceNames"]) == used, app_id
        assert rule["verbs"] == ["get"]


@both
def test_pods_meet_the_restricted_standard_and_cannot_write_to_their_image(arguments: tuple[str, ...]) -> None:
    for item in manifests(*arguments):
        if item.pod is None:
            continue
        spec = item.pod_spec
        assert spec["securityContext"]["runAsNonRoot"] is True, item.name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security.get("readOnlyRootFilesystem") or container["name"] == "broker", item.name
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), item.name
            assert "memory" in container["resources"]["limits"], item.name
        if "dapr.io/app-id" not in item.pod["metadata"].get("annotations", {}):
            assert spec["automountServiceAccountToken"] is False, item.name


@both
def test_of_a_busy_node_what_is_due_now_gets_more_than_what_is_done_ahead(arguments: tuple[str, ...]) -> None:
    asked = {
        app_id: number(deployment.pod_spec["containers"][0]["resources"]["requests"]["cpu"])
        for app_id, deployment in deployments(arguments).items()
    }
    assert asked["chat-api"] > asked["reminder-actor"] == asked["scheduler"] > asked["audit"]


@both
def test_dead_connections_of_sidecars_are_found_within_half_a_minute(arguments: tuple[str, ...]) -> None:
    """daprd only listens on its connection to placement; tests/chaos/test_placement.py shows what comes of it."""
    for app_id, deployment in deployments(arguments).items():
        settings = {one["name"]: int(one["value"]) for one in deployment.pod_spec["securityContext"]["sysctls"]}
        wait, pause, tries = (settings[f"net.ipv4.tcp_keepalive_{name}"] for name in ("time", "intvl", "probes"))
        assert wait + pause * tries <= 30, app_id


@both
def test_long_running_pods_have_probes_and_are_spread_and_protected(arguments: tuple[str, ...]) -> None:
    budgets = of_kind("PodDisruptionBudget", *arguments)
    for name, item in of_kind("Deployment", *arguments).items():
        (container,) = item.pod_spec["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container), name
        labels = item.pod["metadata"]["labels"]  # type: ignore[index]
        (spread,) = item.pod_spec["topologySpreadConstraints"]
        for selector in (budgets[name].spec["selector"], spread["labelSelector"], item.spec["selector"]):
            assert selector["matchLabels"].items() <= labels.items(), name
        assert container["command"][0] == "python"


@both
def test_the_api_scales_and_nothing_else_sets_its_replicas(arguments: tuple[str, ...]) -> None:
    (scaler,) = of_kind("HorizontalPodAutoscaler", *arguments).values()
    target = scaler.spec["scaleTargetRef"]["name"]
    assert target == f"{RELEASE}-chat-api"
    assert (scaler.spec["minReplicas"], scaler.spec["maxReplicas"]) == (2, 3)
    assert "replicas" not in of_kind("Deployment", *arguments)[target].spec


@both
def test_network_policies_begin_with_nothing_and_reach_every_pod(arguments: tuple[str, ...]) -> None:
    policies = of_kind("NetworkPolicy", *arguments)
    default = policies[f"{RELEASE}-default"].spec
    assert default["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in default
    selector = default["podSelector"]["matchLabels"].items()
    for item in manifests(*arguments):
        if item.pod:
            assert selector <= item.pod["metadata"]["labels"].items(), item.name
    sidecars = policies[f"{RELEASE}-sidecars"].spec["podSelector"]["matchExpressions"][0]["values"]
    assert set(deployments(arguments)) <= set(sidecars)


@both
def test_selectors_of_services_find_pods_and_their_ports(arguments: tuple[str, ...]) -> None:
    pods = [item for item in manifests(*arguments) if item.pod and item.kind in {"Deployment", "StatefulSet"}]
    for service in of_kind("Service", *arguments).values():
        (item,) = (
            item
            for item in pods
            if service.spec["selector"].items() <= item.pod["metadata"]["labels"].items()  # type: ignore[index]
        )
        ports = {port["name"]: port["containerPort"] for c in item.pod_spec["containers"] for port in c["ports"]}
        for port in service.spec["ports"]:
            assert port.get("targetPort", port["port"]) in {*ports, *ports.values()}, service.name


def test_oke_runs_on_arm_and_brings_no_server_of_its_own() -> None:
    assert not of_kind("StatefulSet", *OKE)
    for item in manifests(*OKE):
        if item.pod:
            assert item.pod_spec["nodeSelector"] == {"kubernetes.io/arch": "arm64"}, item.name
    assert of_kind("Service", *OKE)[f"{RELEASE}-frontend"].spec["type"] == "LoadBalancer"
    assert not {"todo-kafka", "todo-postgresql"} & set(of_kind("Secret", *OKE)), "they are made beforehand"


# Migrations, secrets, extras


def hooks(*arguments: str) -> dict[str, str]:
    return {item.name: item.annotations.get("helm.sh/hook", "") for item in manifests(*arguments)}


def test_the_schema_comes_before_the_services_where_the_database_is_there_before() -> None:
    assert hooks(*OKE)["todo-migrations"] == "pre-install,pre-upgrade"
    assert hooks()["todo-migrations"] == "post-install,post-upgrade", "its database comes with the release"
    external = ("--set", "secrets.postgresql.connectionString=postgresql://h/d")
    assert hooks(*external)["todo-migrations"] == "pre-install,pre-upgrade"
    job = next(item for item in manifests(*external) if item.kind == "Job" and item.name == "todo-migrations")
    (variable,) = job.pod_spec["containers"][0]["env"]
    secret = variable["valueFrom"]["secretKeyRef"]["name"]
    (made,) = (item for item in manifests(*external) if item.kind == "Secret" and item.name == secret)
    assert made.annotations["helm.sh/hook"] == "pre-install,pre-upgrade", "the job's secret is there when it starts"
    assert int(made.annotations["helm.sh/hook-weight"]) < int(job.annotations["helm.sh/hook-weight"])


def test_the_topics_are_those_of_the_component() -> None:
    (job,) = (item for item in manifests() if item.kind == "Job" and item.name == "todo-topics")
    (script,) = job.pod_spec["containers"][0]["args"]
    topics = re.search(r"for topic in (.*); do", script)
    assert topics
    assert set(topics[1].split()) == {
        value
        for name, value in vars(names).items()
        if name in {"TASK_EVENTS", "TASK_UPDATES", "REMINDERS", "NOTIFICATIONS", "DEAD_LETTERS"}
    }
    checked = subprocess.run(["bash", "-n"], input=script, text=True, check=False, capture_output=True)  # noqa: S607
    assert checked.returncode == 0, checked.stderr


def test_one_password_opens_the_database_everywhere() -> None:
    secrets = {name: item.document["stringData"] for name, item in of_kind("Secret").items()}
    password = secrets["todo-postgresql"]["connection-string"].split(":")[2].split("@")[0]
    assert len(password) == 32
    assert secrets["todo-database"] == {"password": password}


def test_generated_keys_are_32_bytes_and_different() -> None:
    tokens = [
        item.document["stringData"]["token"]
        for item in of_kind("Secret").values()
        if "token" in item.document["stringData"]
    ]
    assert len(set(tokens)) == len(tokens) == 2 * len(deployments(()))
    for name, wanted in values()["secrets"]["generated"].items():
        assert wanted
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", of_kind("Secret")[name].document["stringData"][name])


def test_extras_come_when_they_are_asked_for() -> None:
    plain = {item.kind for item in manifests()}
    assert not {"Ingress", "ServiceMonitor", "PodMonitor"} & plain
    asked = (*EVERYTHING, "--set", "frontend.https=true")
    assert {"Ingress", "ServiceMonitor", "PodMonitor"} <= {item.kind for item in manifests(*asked)}
    (ingress,) = of_kind("Ingress", *asked).values()
    assert ingress.spec["tls"][0]["secretName"] == "cert"
    (container,) = deployments(asked)[names.CHAT_API].pod_spec["containers"]
    assert {"name": "COOKIE_SECURE", "value": "true"} in container["env"]


def test_rules_and_dashboard_are_those_that_were_tested() -> None:
    assert not {"PrometheusRule", "PodMonitor"} & {item.kind for item in manifests()}
    asked = ("--set", "monitoring.rules=true,monitoring.dashboard=true,monitoring.labels.release=prometheus")
    files = CHART / "files" / "monitoring"
    (rule,) = of_kind("PrometheusRule", *asked).values()
    assert rule.spec == yaml.safe_load((files / "rules.yaml").read_text())
    assert rule.document["metadata"]["labels"]["release"] == "prometheus"
    board = of_kind("ConfigMap", *asked)[f"{RELEASE}-dashboard"].document
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(board["data"][f"{RELEASE}.json"]) == json.loads((files / "dashboard.json").read_text())


def test_spans_of_services_and_sidecars_go_to_one_place() -> None:
    asked = ("--set", "dapr.otlpEndpoint=http://collector.monitoring:4317,dapr.traceRatio=0.1")
    for app_id, item in deployments(asked).items():
        told = variables(app_id, *asked)
        assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.monitoring:4317"
        assert (told["OTEL_TRACES_SAMPLER"], told["OTEL_TRACES_SAMPLER_ARG"]) == ("parentbased_traceidratio", "0.1")
        assert item.pod is not None
        sidecar = item.pod["metadata"]["annotations"]["dapr.io/env"].split(",")
        assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.monitoring:4317" in sidecar
        assert "OTEL_EXPORTER_OTLP_INSECURE=true" in sidecar
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in variables(names.CHAT_API)


def variables(app_id: str, *arguments: str) -> dict[str, str]:
    """Those of a service whose values are written out."""
    (container,) = deployments(arguments)[app_id].pod_spec["containers"]
    return {item["name"]: item["value"] for item in container["env"] if "value" in item}


@pytest.mark.parametrize(
    ("said", "url", "contact"),
    [
        ("frontend.replicas=2", None, None),
        ("publicUrl=https://todo.example.org", "https://todo.example.org", "https://todo.example.org"),
        ("publicUrl=http://todo.example.org", "http://todo.example.org", None),
        ("ingress.enabled=true,ingress.host=a.org", "http://a.org", None),
        ("ingress.enabled=true,ingress.host=a.org,ingress.tlsSecret=s", "https://a.org", "https://a.org"),
        (
            "publicUrl=https://b.org,ingress.enabled=true,push.contact=mailto:me@b.org",
            "https://b.org",
            "mailto:me@b.org",
        ),
        ("services.chat-api.env.PUBLIC_URL=https://c.org", "https://c.org", None),
    ],
)
def test_the_services_know_where_people_find_them(said: str, url: str | None, contact: str | None) -> None:
    arguments = ("--set", said)
    assert variables(names.CHAT_API, *arguments).get("PUBLIC_URL") == url
    assert variables(names.NOTIFICATION, *arguments).get("VAPID_SUBJECT") == contact
    given = [name for app_id in deployments(arguments) for name in variables(app_id, *arguments)]
    assert given.count("PUBLIC_URL") <= 1
    assert given.count("VAPID_SUBJECT") <= 1


@pytest.mark.parametrize("app_id", access.APPS)
def test_every_variable_of_a_service_is_a_setting_of_its(app_id: str) -> None:
    """A typo would be read by nobody."""
    arguments = (*EMAIL, "--set", "publicUrl=https://todo.example.org")
    item = deployments(arguments)[app_id]
    (container,) = item.pod_spec["containers"]
    module = values()["services"][app_id]["module"]
    known = {name.upper() for name in importlib.import_module(f"{module}.settings").Settings.model_fields}
    assert {variable["name"] for variable in container["env"]} <= known


@both
def test_no_two_things_have_one_name(arguments: tuple[str, ...]) -> None:
    names_of = [(item.kind, item.name) for item in manifests(*arguments)]
    assert [one for one in set(names_of) if names_of.count(one) > 1] == []


# Wrong values

WRONG = {
    "frontend.replica=2": "additional properties 'replica' not allowed",
    "services.chat-api.replcas=2": "additional properties 'replcas' not allowed",
    "service.chat-api.replicas=2": "additional properties 'service' not allowed",
    "services.scheduler.module=null": "missing property 'module'",
    "services.Chat.module=chat_api": "invalid propertyName 'Chat'",
    "services.scheduler.replicas=0": "minimum: got 0, want 1",
    "services.scheduler.config=todo-confg": "components/production has no Configuration",
    "services.scheduler.callers.chatapi={/a.B/C}": "there is no such service",
    "serviceDefaults.sidecar.memoryLimit=lots": "'lots' does not match pattern",
    "components.pubsup.enabled=false": "components.pubsup: there is no such component",
    "kafka.login=plain": "value must be one of 'none', 'scram'",
    "secrets.postgresql.connectionString=mysql://x": "'mysql://x' does not match pattern",
    "image.digest=sha256:abc": "'sha256:abc' does not match pattern",
    "broker.enabled=false": "secrets.kafka.brokers: say where the broker is",
    "postgresql.enabled=false": "secrets.postgresql: say connectionString",
    "publicUrl=todo.example.org": "'todo.example.org' does not match pattern",
    "push.contact=me": "'me' does not match pattern",
    "email.enabled=true,secrets.smtp.create=false": "email.host: say which mail server",
    "email.hots=smtp.example.org": "additional properties 'hots' not allowed",
    "email.enabled=true,email.host=h,email.from=a@b": "secrets.smtp.user: say it and the password",
    "webhooks.hosts={https://x.org}": "'https://x.org' does not match pattern",
    "languageModel.enabled=true": "secrets.languageModel.apiKey: the language model needs a key",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_refused_with_a_clear_message(wrong: str) -> None:
    with pytest.raises(Refused, match=re.escape(WRONG[wrong])):
        render("--set", wrong)


@both
def test_every_value_is_known_to_the_schema_and_every_image_is_pinned(arguments: tuple[str, ...]) -> None:
    for item in manifests(*arguments):
        if item.pod:
            for container in item.pod_spec["containers"]:
                assert re.search(r":[^:/]*\d", container["image"]), "a tag that names a version"
    with pytest.raises(Refused):
        render("--set", "image.pullPolicy=Sometimes", *arguments)


# Room


def replicas(item: Manifest, arguments: tuple[str, ...], *, chart: Any = None) -> int:
    """The most that there may be of a workload."""
    if chart is None:
        for scaler in of_kind("HorizontalPodAutoscaler", *arguments).values():
            if scaler.spec["scaleTargetRef"]["name"] == item.name:
                return int(scaler.spec["maxReplicas"])
    return int(item.spec.get("replicas", 1))


def asked_for(item: Manifest) -> Amount:
    """What one pod asks for, with the sidecar that its annotations make."""
    amount = Amount.total(Amount.of(container.get("resources") or {}) for container in item.pod_spec["containers"])
    annotations = item.pod["metadata"].get("annotations", {})  # type: ignore[index]
    if annotations.get("dapr.io/enabled") == "true":
        amount += Amount(
            number(annotations["dapr.io/sidecar-cpu-request"]), number(annotations["dapr.io/sidecar-memory-request"])
        )
    return amount


def test_everything_fits_into_what_is_always_free(record_property: Any) -> None:
    workloads = {"Deployment", "StatefulSet"}
    app = Amount.total(asked_for(item) * replicas(item, OKE) for item in manifests(*OKE) if item.kind in workloads)
    surge = max((asked_for(item) for item in manifests(*OKE) if item.kind == "Deployment"), key=lambda one: one.memory)
    control = ("-f", str(DAPR_VALUES))
    plane = [
        item for item in manifests(*control, chart=dapr_chart(), namespace=DAPR_NAMESPACE) if item.kind in workloads
    ]
    for item in plane:
        for container in item.pod_spec["containers"]:
            assert Amount.of(container["resources"]).cpu, (
                f"{item.name} asks for nothing: give it something in {DAPR_VALUES}"
            )
    dapr = Amount.total(asked_for(item) * replicas(item, control, chart="dapr") for item in plane)
    total = app + surge + dapr + SYSTEM
    for name, amount in (("app", app), ("a pod more, while it rolls", surge), ("dapr", dapr), ("all", total)):
        record_property(name, str(amount))
        print(f"{name}: {amount}")  # noqa: T201 - `pytest -s` shows what is left
    assert total.cpu <= ALWAYS_FREE.cpu, str(total)
    assert total.memory <= ALWAYS_FREE.memory, str(total)
    schedulers = next(item for item in plane if item.name == "dapr-scheduler-server")
    assert replicas(schedulers, control, chart="dapr") == 3, "the reminders' jobs survive the loss of one"
