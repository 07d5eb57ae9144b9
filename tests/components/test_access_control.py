"""The access-control policy between services, in force between real sidecars with certificates of a real sentry.

Without certificates there is no policy: daprd then knows no caller, and applies the default to everybody (pkg/acl).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from contracts import access, names
from runtime.install import Binaries
from tests.components.daprd import Daprd
from tests.components.sentry import Sentry
from tests.k8s.tools import tool

pytestmark = pytest.mark.e2e

NAMESPACE, TRUST_DOMAIN = "todo", "public"
STRANGER = "stranger"
CALLEE = names.SCHEDULER
FORBIDDEN = "/todo.scheduler.v1.Jobs/NotInTheTable"


def configuration(callee: str, names_file: Path) -> str:
    """What the chart makes of the table for one service, and a way to find the others on loopback."""
    policies = [
        {
            "appId": caller,
            "namespace": NAMESPACE,
            "trustDomain": TRUST_DOMAIN,
            "defaultAction": "deny",
            "operations": [{"name": method, "action": "allow"} for method in methods],
        }
        for caller, methods in access.CALLERS[callee].items()
    ]
    return yaml.safe_dump(
        {
            "apiVersion": "dapr.io/v1alpha1",
            "kind": "Configuration",
            "metadata": {"name": "access"},
            "spec": {
                "accessControl": {"defaultAction": "deny", "trustDomain": TRUST_DOMAIN, "policies": policies},
                "nameResolution": {"component": "sqlite", "configuration": {"connectionString": str(names_file)}},
            },
        }
    )


class Town:
    """A callee that counts, behind a sidecar with the policy, and callers with and without a certificate."""

    def __init__(self, callers: dict[str, Daprd], calls: list[str], names_file: Path) -> None:
        self.callers = callers
        self.calls = calls
        self.names_file = names_file

    def call(self, caller: str, method: str) -> grpc.StatusCode:
        """What this caller hears."""
        with grpc.insecure_channel(f"127.0.0.1:{self.callers[caller].grpc_port}") as channel:
            try:
                channel.unary_unary(method)(b"{}", timeout=5, metadata=(("dapr-app-id", CALLEE),))
            except grpc.RpcError as error:
                code: grpc.StatusCode = error.code()
                return code
        return grpc.StatusCode.OK


@pytest.fixture(scope="module")
def town(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    binary = tool("sentry")
    folder = tmp_path_factory.mktemp("access")
    empty = folder / "resources"
    empty.mkdir()
    calls: list[str] = []

    class Anything(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            def answer(request: bytes, context: Any) -> bytes:
                calls.append(details.method)
                return request

            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.server(ThreadPoolExecutor(4), handlers=[Anything()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with ExitStack() as stack:
        stack.callback(lambda: server.stop(None).wait())
        sentry = stack.enter_context(Sentry(binary, folder))

        def daprd(app_id: str, *, app_port: int | None = None, **environment: str) -> Daprd:
            config = folder / f"{app_id}.yaml"
            config.write_text(configuration(app_id if app_id in access.CALLERS else CALLEE, folder / "names.db"))
            return stack.enter_context(
                Daprd(
                    binaries.daprd,
                    app_id,
                    resources=empty,
                    configs=(config,),
                    env={"NAMESPACE": NAMESPACE, **sentry.environment, **environment},
                    folder=folder,
                    app_port=app_port,
                    arguments=sentry.arguments,
                )
            )

        sidecars = {CALLEE: daprd(CALLEE, app_port=port)}
        sidecars |= {app: daprd(app) for app in (names.REMINDER_ACTOR, names.CHAT_API, names.CONSOLE, STRANGER)}
        for one in sidecars.values():
            one.wait_ready()
        yield Town(sidecars, calls, folder / "names.db")


@pytest.mark.parametrize(
    ("caller", "method"), [(caller, method) for caller, methods in access.CALLERS[CALLEE].items() for method in methods]
)
def test_a_call_that_is_in_the_table_arrives(town: Town, caller: str, method: str) -> None:
    assert town.call(caller, method) is grpc.StatusCode.OK
    assert town.calls[-1] == method


@pytest.mark.parametrize(
    ("caller", "method"),
    [
        (names.REMINDER_ACTOR, FORBIDDEN),
        (names.REMINDER_ACTOR, "/dapr.proto.runtime.v1.AppCallback/OnJobEvent"),
        (names.CHAT_API, names.SCHEDULE_METHOD),
        (names.CHAT_API, names.REPLAY_METHOD),
        (names.REMINDER_ACTOR, names.REPLAY_METHOD),  # what is for operators is for the console alone
        (names.REMINDER_ACTOR, names.SWEEP_METHOD),
        (names.CONSOLE, names.CANCEL_METHOD),
        (STRANGER, names.SCHEDULE_METHOD),
        (CALLEE, names.REPLAY_METHOD),  # not even through its own sidecar
    ],
)
def test_every_other_call_is_refused_before_the_service_hears_of_it(town: Town, caller: str, method: str) -> None:
    before = len(town.calls)
    assert town.call(caller, method) is grpc.StatusCode.PERMISSION_DENIED
    assert len(town.calls) == before


def test_a_sidecar_without_a_certificate_gets_no_connection(town: Town, binaries: Binaries, tmp_path: Path) -> None:
    """It calls itself reminder-actor and finds the callee by the same file; its word is not enough."""
    config = tmp_path / "plain.yaml"
    config.write_text(configuration(names.REMINDER_ACTOR, town.names_file))
    empty = tmp_path / "resources"
    empty.mkdir()
    plain = Daprd(
        binaries.daprd,
        names.REMINDER_ACTOR,
        resources=empty,
        configs=(config,),
        env={"NAMESPACE": NAMESPACE},
        folder=tmp_path,
    )
    with plain:
        plain.wait_ready()
        before = len(town.calls)
        heard = Town({"impostor": plain}, town.calls, town.names_file).call("impostor", names.SCHEDULE_METHOD)
    assert heard is not grpc.StatusCode.OK
    assert len(town.calls) == before
