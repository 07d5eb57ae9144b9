"""Plays the node that is not there: says of pods that they run, or that a job's has ended."""

import contextlib
import threading
from collections.abc import Callable, Iterator

import httpx

from tests.k8s.chart import Refused
from tests.k8s.cluster import Cluster, Document

_INTERVAL = 0.2
_POD_IP = "10.244.0.1"  # the API server takes no loopback address for an endpoint


def image_of(pod: Document) -> str:
    """The image of a pod's first container."""
    return str(pod["spec"]["containers"][0]["image"])


def is_job(pod: Document) -> bool:
    """Whether the pod is to end by itself."""
    return any(owner["kind"] == "Job" for owner in pod["metadata"].get("ownerReferences", ()))


class Kubelet:
    """What it says: `runs` decides whether a pod becomes ready, `run` gives a job's exit status."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        *,
        runs: Callable[[Document], bool] = lambda _: True,
        run: Callable[[Document], int] = lambda _: 0,
    ) -> None:
        self._cluster, self._namespace = cluster, namespace
        self._runs, self._run = runs, run
        self._stop = threading.Event()
        self._error: Exception | None = None
        self.ran: list[str] = []
        """The jobs' pods that have ended, by container."""

    @contextlib.contextmanager
    def working(self) -> Iterator["Kubelet"]:
        """Work in the background. What ended the work early is raised at the end."""
        thread = threading.Thread(target=self._work_or_say_why, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join(10)
            if self._error is not None:
                raise self._error

    def _work_or_say_why(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - it is raised where it is seen
            self._error = error

    def _work(self) -> None:
        while not self._stop.wait(_INTERVAL):
            with contextlib.suppress(httpx.HTTPError, Refused):  # a pod may go away at any moment
                for pod in self._cluster.pods(self._namespace):
                    self._look_after(pod)

    def _look_after(self, pod: Document) -> None:
        if pod["status"].get("phase") != "Pending":
            return
        if is_job(pod) or pod["spec"]["restartPolicy"] == "Never":
            status = self._run(pod)
            self.ran.append(pod["spec"]["containers"][0]["name"])
            self.say(pod, "Failed" if status else "Succeeded")
        elif self._runs(pod):
            self.say(pod, "Running")

    def say(self, pod: Document, phase: str) -> None:
        """Report a pod's phase, and for a running one that it is ready."""
        metadata = pod["metadata"]
        ready = "True" if phase == "Running" else "False"
        conditions = [{"type": kind, "status": ready} for kind in ("Initialized", "Ready", "ContainersReady")]
        if phase == "Succeeded":
            conditions[0]["status"] = "True"
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/status"
        self._cluster.patch(path, {"status": {"phase": phase, "podIP": _POD_IP, "conditions": conditions}})
