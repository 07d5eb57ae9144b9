"""The programs that these tests run, built with Go at pinned versions and kept in the cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from runtime import versions

HELM, KUBECONFORM, HELM_DOCS = "v3.22.0", "v0.8.0", "v1.14.2"
KUBERNETES: Final = "1.34.1"
DAPR: Final = versions.pins().dapr

_HERE: Final = Path(__file__).parent
_BUILD_TIMEOUT: Final = 1800.0  # the first time, on a small machine


@dataclass(frozen=True, slots=True)
class _Program:
    """A package, and the module to build it from; without one it is fetched at its version."""

    package: str
    module: Path | None = None
    flags: tuple[str, ...] = ()


def _kubernetes(command: str) -> _Program:
    base = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    stamps = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    flags = " ".join(f"-X {base}.{name}={value}" for name, value in stamps.items())
    return _Program(f"k8s.io/kubernetes/cmd/{command}", _HERE / "tools", ("-ldflags", flags))


def _dapr(command: str) -> _Program:
    flags = ("-ldflags", f"-X github.com/dapr/dapr/pkg/buildinfo.version={DAPR}")
    return _Program(f"github.com/dapr/dapr/cmd/{command}", _HERE / "dapr", flags)


def _prometheus(command: str) -> _Program:
    # Without the service discoveries, which are most of it.
    package = f"github.com/prometheus/prometheus/cmd/{command}"
    return _Program(package, _HERE.parent / "monitoring" / "tools", ("-tags", "remove_all_sd"))


_PROGRAMS: Final = {
    "helm": _Program(f"helm.sh/helm/v3/cmd/helm@{HELM}"),
    "kubeconform": _Program(f"github.com/yannh/kubeconform/cmd/kubeconform@{KUBECONFORM}"),
    "helm-docs": _Program(f"github.com/norwoodj/helm-docs/cmd/helm-docs@{HELM_DOCS}"),
    "etcd": _Program("go.etcd.io/etcd/server/v3", _HERE / "tools"),
    **{name: _kubernetes(name) for name in ("kube-apiserver", "kube-controller-manager", "kubectl")},
    **{name: _prometheus(name) for name in ("prometheus", "promtool")},
    **{name: _dapr(name) for name in ("operator", "injector", "sentry")},
}


def cache_folder() -> Path:
    """Where it is all kept: outside the checkout, so that a second clone builds nothing."""
    base = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(base) if base else Path.home() / ".cache") / "todo-assistant" / "kubernetes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def tool(name: str) -> Path:
    """The program, built if it is not there. Skips the test where there is no Go.

    Raises:
        RuntimeError: it cannot be built; with the compiler's last lines.
    """
    program = _PROGRAMS[name]
    pins = (program.module / "go.sum").read_bytes() if program.module else b""
    key = hashlib.sha256(repr(program.flags).encode() + program.package.encode() + pins).hexdigest()[:12]
    folder = cache_folder() / key
    path = folder / name
    if path.exists():
        return path
    go = find_go()
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _build(go, program, path)
    return path


@cache
def dapr_chart() -> Path:
    """Dapr's own chart, with its CRDs, out of its module."""
    return go_module(_HERE / "dapr", "github.com/dapr/dapr") / "charts" / "dapr"


@cache
def monitor_crds() -> tuple[Path, ...]:
    """The Prometheus operator's resource types for what it is to scrape, out of its module."""
    module = go_module(_HERE / "crds", "github.com/prometheus-operator/prometheus-operator")
    folder = module / "example" / "prometheus-operator-crd"
    kinds = ("podmonitors", "prometheusrules", "servicemonitors")
    return tuple(folder / f"monitoring.coreos.com_{name}.yaml" for name in kinds)


def go_module(where: Path, module: str) -> Path:
    """The folder of a module that the module in `where` requires, downloaded if need be."""
    go = find_go()
    _run([go, "mod", "download", module], where)
    return Path(_run([go, "list", "-m", "-f", "{{.Dir}}", module], where).strip())


def find_go() -> str:
    """The Go tool, or the test is skipped."""
    beside = cache_folder().parent / "go-toolchain" / "bin" / "go"  # .ci/run puts one there
    found = shutil.which("go") or next((str(p) for p in (Path("/usr/local/go/bin/go"), beside) if p.exists()), None)
    if found is None:
        pytest.skip("Go is missing: Helm and the Kubernetes API server cannot be built (https://go.dev/dl)")
    return found


def _build(go: str, program: _Program, path: Path) -> None:
    name, draft = path.name, path.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    if program.module is None:
        _run([go, "install", *program.flags, program.package], Path("/"), GOBIN=str(draft))
    else:
        _run([go, "build", *program.flags, "-o", str(draft / name), program.package], program.module)
    (draft / name).replace(path)
    draft.rmdir()


def _run(command: list[str], where: Path, **env: str) -> str:
    answer = subprocess.run(
        command,
        cwd=where,
        env={**os.environ, "GOFLAGS": "-buildvcs=false", **env},
        capture_output=True,
        text=True,
        timeout=_BUILD_TIMEOUT,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{answer.stderr[-2000:]}")
    return answer.stdout
