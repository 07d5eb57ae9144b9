"""The OKE scripts against an imaginary tenancy that refuses what the real CLI refuses."""

import json
import re

import pytest

from tests.scripts.conftest import PROJECT, Cloud, printed_commands

SETUP = "infra/oke/cluster-setup.sh"
TEARDOWN = "infra/oke/teardown.sh"
COMPARTMENT = ("--compartment-id", "ocid1.compartment.mine")
NETWORK = {
    "network vcn": 1,
    "network internet-gateway": 1,
    "network nat-gateway": 1,
    "network service-gateway": 1,
    "network route-table": 2,
    "network security-list": 3,
    "network subnet": 3,
    "ce cluster": 1,
    "ce node-pool": 1,
}


def counts(cloud: Cloud) -> dict[str, int]:
    """How much there is of each kind that the scripts make."""
    return {kind: len(cloud.living(kind)) for kind in NETWORK}


def option(words: list[str], name: str) -> str:
    """The value given for an option."""
    return words[words.index(name) + 1]


def call(cloud: Cloud, start: str) -> list[str]:
    """The words of the one call that starts so."""
    (found,) = [call.words for call in cloud.tools.calls if " ".join(call.words).startswith(start)]
    return found


def fails(cloud: Cloud, script: str, *words: str, after: int) -> bool:
    """Whether a run fails, with so many changes that succeed before one fails."""
    cloud.tools.fail_after = after
    return cloud.run(script, *COMPARTMENT, *words, check=False).returncode != 0


def test_it_makes_everything_within_what_is_free(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    assert counts(cloud) == NETWORK
    pool = call(cloud, "ce node-pool create")
    shape = json.loads(option(pool, "--node-shape-config"))
    assert option(pool, "--node-shape") == "VM.Standard.A1.Flex"
    assert int(option(pool, "--size")) * shape["ocpus"] <= 4
    assert int(option(pool, "--size")) * shape["memoryInGBs"] <= 24
    assert option(pool, "--node-image-id") == "ocid1.image.arm64"
    assert {p["availabilityDomain"] for p in json.loads(option(pool, "--placement-configs"))} == {
        "xyz:FRA-AD-1",
        "xyz:FRA-AD-2",
    }
    cluster = call(cloud, "ce cluster create --")
    assert option(cluster, "--type") == "BASIC_CLUSTER"
    assert option(cluster, "--kubernetes-version") == "v1.34.1"
    assert cloud.lines[-1].startswith("oci ce cluster create-kubeconfig")


def test_two_nodes_share_what_is_free(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT, "--nodes", "2")
    shape = json.loads(option(call(cloud, "ce node-pool create"), "--node-shape-config"))
    assert shape == {"ocpus": 2, "memoryInGBs": 12}


def test_again_it_changes_nothing(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    cloud.tools.calls.clear()
    cloud.run(SETUP, *COMPARTMENT)
    assert [line for line in cloud.lines if " create --" in line] == []
    assert counts(cloud) == NETWORK


def test_it_goes_on_after_a_failure_at_any_change(cloud: Cloud) -> None:
    failures = 0
    while fails(cloud, SETUP, after=1):
        failures += 1
        assert failures <= sum(NETWORK.values()) + 1, counts(cloud)
    assert failures == sum(NETWORK.values())  # one change a run, the kubeconfig with the last
    assert counts(cloud) == NETWORK


def test_what_is_still_being_made_is_waited_for_and_not_made_twice(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    for kind in ("ce cluster", "ce node-pool"):
        cloud.tools.world[kind][0]["lifecycle-state"] = "CREATING"
    cloud.tools.calls.clear()
    cloud.run(SETUP, *COMPARTMENT)
    assert counts(cloud) == NETWORK


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "--compartment-id is missing"),
        ((*COMPARTMENT, "--nodes", "3"), "one node or two"),
        ((*COMPARTMENT, "--frobnicate"), "unknown option --frobnicate"),
        (("--compartment-id",), "--compartment-id needs a value"),
    ],
)
def test_wrong_options_are_said_before_anything_is_done(cloud: Cloud, words: tuple[str, ...], sentence: str) -> None:
    done = cloud.run(SETUP, *words, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert cloud.tools.calls == []


def test_the_teardown_removes_everything_in_an_order_that_oci_allows(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    cloud.run(TEARDOWN, *COMPARTMENT, "--yes")
    assert counts(cloud) == dict.fromkeys(NETWORK, 0)
    cloud.run(TEARDOWN, *COMPARTMENT, "--yes")


def test_the_teardown_goes_on_after_a_failure_at_any_change(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    failures = 0
    while fails(cloud, TEARDOWN, "--yes", after=8):
        failures += 1
        assert failures < 20
    assert failures
    assert sum(counts(cloud).values()) == 0


def test_the_teardown_asks_first_and_touches_nothing_of_others(cloud: Cloud) -> None:
    cloud.run(SETUP, *COMPARTMENT)
    done = cloud.run(TEARDOWN, *COMPARTMENT, check=False)  # no terminal: no answer
    assert done.returncode == 1
    assert "nothing was removed" in done.stderr

    for kind in NETWORK:
        for thing in cloud.tools.world[kind]:
            thing["freeform-tags"] = {}
    cloud.run(TEARDOWN, *COMPARTMENT, "--yes")
    assert counts(cloud) == NETWORK


@pytest.mark.parametrize("script", [SETUP, TEARDOWN, "infra/oke/dapr-init.sh"])
def test_a_dry_run_calls_nothing_and_prints_commands_that_the_tools_take(cloud: Cloud, script: str) -> None:
    done = cloud.run(script, "--dry-run", PATH="/usr/bin:/bin")
    assert cloud.tools.calls == []
    assert printed_commands(done.stdout)


@pytest.mark.parametrize("script", [SETUP, TEARDOWN, "infra/oke/dapr-init.sh"])
def test_the_help_names_every_option(cloud: Cloud, script: str) -> None:
    shown = cloud.run(script, "--help").stdout
    taken = [line.split(")")[0].split("|")[0].strip() for line in (PROJECT / script).read_text().splitlines()
             if re.match(r" +--[a-z-]+( \| -h)?\) ", line)]  # fmt: skip
    assert taken
    assert [name for name in taken if name not in shown] == []
