"""The account that CI deploys with: what it may do, and that its access is printed and nothing else."""

import yaml

from tests.scripts.conftest import PROJECT, Cloud

SCRIPT = "infra/oke/deployer.sh"
VIEW = "kubectl config view --minify --raw --flatten --output jsonpath="


def test_it_prints_access_to_one_namespace(cloud: Cloud) -> None:
    cloud.answer(
        ("kubectl --namespace todo create token deployer", 0, "a-token\n"),
        (f"{VIEW}{{.clusters[0].cluster.server}}", 0, "https://10.0.0.5:6443"),
        (f"{VIEW}{{.clusters[0].cluster.certificate-authority-data}}", 0, "Q0E="),
    )
    access = yaml.safe_load(cloud.run(SCRIPT).stdout)
    assert access["users"][0]["user"] == {"token": "a-token"}
    assert access["clusters"][0]["cluster"] == {"server": "https://10.0.0.5:6443", "certificate-authority-data": "Q0E="}
    assert access["contexts"][0]["context"]["namespace"] == "todo"

    (apply,) = [call for call in cloud.tools.calls if call.words[0] == "apply"]
    documents = list(yaml.safe_load_all(apply.stdin))
    assert [d["kind"] for d in documents] == [
        "Namespace",
        "ServiceAccount",
        "Role",
        "RoleBinding",
    ]  # nothing for the whole cluster
    (role,) = [d for d in documents if d["kind"] == "Role"]
    assert not [rule for rule in role["rules"] if "*" in rule["resources"] + rule["verbs"] + rule["apiGroups"]]


def test_it_may_make_every_kind_that_the_chart_has(cloud: Cloud) -> None:
    cloud.answer(("kubectl", 0, "x"))
    cloud.run(SCRIPT)
    (apply,) = [call for call in cloud.tools.calls if call.words[0] == "apply"]
    (role,) = [d for d in yaml.safe_load_all(apply.stdin) if d["kind"] == "Role"]
    may = {resource for rule in role["rules"] if "create" in rule["verbs"] for resource in rule["resources"]}
    kinds = set()
    for template in (PROJECT / "charts/todo-app/templates").rglob("*.yaml"):
        kinds |= {line.split()[1] for line in template.read_text().splitlines() if line.startswith("kind: ")}
    for file in (PROJECT / "components/production").glob("*.yaml"):
        kinds |= {document["kind"] for document in yaml.safe_load_all(file.read_text())}
    kinds.discard("{{")
    plurals = {
        kind: kind.lower().removesuffix("y") + "ies" if kind.endswith("y") else kind.lower() + "s" for kind in kinds
    }
    plurals["Ingress"] = "ingresses"
    assert [kind for kind in sorted(kinds) if plurals[kind] not in may] == []


def test_a_missing_answer_is_said(cloud: Cloud) -> None:
    done = cloud.run(SCRIPT, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
