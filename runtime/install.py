"""Finds the runtime's binaries: an installed Dapr, else the official release, else built from `go.mod`."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime import versions
from runtime.errors import NotInstalled
from runtime.progress import Progress

_DAPR: Final = ("daprd", "placement", "scheduler")
_NATS: Final = "nats-server"
_CONNECT_TIMEOUT: Final = 3.0  # many machines have no way out: find out soon
_RELEASES: Final = "https://github.com/{project}/releases/download/v{version}"
_VERSION_TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Binaries:
    """What the supervisor runs."""

    daprd: Path
    placement: Path
    scheduler: Path
    nats_server: Path


def install(progress: Progress | None = None) -> Binaries:
    """The binaries, wherever they come from; those that had to be fetched or built are kept for the next time.

    Raises:
        NotInstalled: none of the ways worked; the text says what to install.
    """
    report = progress or Progress()
    pins = versions.pins()
    cache = _cache_folder() / pins.key
    with _only_one(cache):
        dapr = _installed_dapr() or _dapr_in(cache) or _download_dapr(cache, pins, report) or _build_dapr(cache, report)
        nats = _installed_nats() or _existing(cache / _NATS) or _build(cache, _NATS, report)
    return Binaries(nats_server=nats, **dapr)


# Installed by hand


def _installed_dapr() -> dict[str, Path] | None:
    """`dapr init --slim` puts all three into one folder; DAPR_BIN_DIR names another one."""
    named = os.environ.get("DAPR_BIN_DIR")
    for folder in (Path(named) if named else None, Path.home() / ".dapr" / "bin"):
        if folder is None:
            continue
        found = _dapr_in(folder)
        if found is None:
            if named:
                raise NotInstalled(f"DAPR_BIN_DIR={named}: it must hold {', '.join(_DAPR)}.")
            continue
        version = _version_of(found["daprd"])
        if version is not None and version >= versions.MINIMUM_DAPR:
            return found
        if named:
            raise NotInstalled(f"DAPR_BIN_DIR={named}: Dapr 1.18 or newer is needed, this is {version}.")
    return None


def _installed_nats() -> Path | None:
    found = shutil.which(_NATS)
    if found is None:
        return None
    version = _version_of(Path(found))
    return Path(found) if version is not None and version >= versions.MINIMUM_NATS else None


def _dapr_in(folder: Path) -> dict[str, Path] | None:
    found = {name: folder / name for name in _DAPR}
    return found if all(_existing(path) for path in found.values()) else None


def _existing(path: Path) -> Path | None:
    return path if path.is_file() and os.access(path, os.X_OK) else None


def _version_of(binary: Path) -> versions.Version | None:
    try:
        answer = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return versions.parse(answer.stdout + answer.stderr)


# The official release


def _download_dapr(cache: Path, pins: versions.Pins, progress: Progress) -> dict[str, Path] | None:
    """Fetch and verify the release archives; None when there is no way to them from here.

    Raises:
        NotInstalled: an archive does not match its checksum.
    """
    system, machine = versions.target()
    base = _RELEASES.format(project="dapr/dapr", version=pins.dapr)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        for name in _DAPR:
            archive = f"{name}_{system}_{machine}.tar.gz"
            try:
                with progress.step(f"download {name} {pins.dapr}"):
                    packed = _fetch(f"{base}/{archive}")
                    expected = _fetch(f"{base}/{archive}.sha256").decode().split()[0]
            except (urllib.error.URLError, OSError, TimeoutError, IndexError, UnicodeDecodeError):
                progress.say("the official release cannot be had here; building it instead")
                return None
            if hashlib.sha256(packed).hexdigest() != expected:
                raise NotInstalled(f"{archive}: its checksum is not the published one; it was thrown away.")
            _unpack(packed, f"{name}_{system}_{machine}", Path(folder) / name)
        for name in _DAPR:
            (Path(folder) / name).replace(cache / name)
    return _dapr_in(cache)


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_CONNECT_TIMEOUT) as answer:  # noqa: S310 - a constant https address
        content: bytes = answer.read()
        return content


def _unpack(packed: bytes, member: str, target: Path) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(packed)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as archive:
            names = [name for name in archive.getnames() if Path(name).name in {member, target.name}]
            source = archive.extractfile(names[0]) if names else None
            if source is None:
                raise NotInstalled(f"the release archive of {target.name} does not hold the binary")
            with target.open("wb") as out:
                shutil.copyfileobj(source, out)
    target.chmod(0o755)


# Built here


def _build_dapr(cache: Path, progress: Progress) -> dict[str, Path]:
    return {name: _existing(cache / name) or _build(cache, name, progress) for name in _DAPR}


def _build(cache: Path, name: str, progress: Progress) -> Path:
    pins = versions.pins()
    go = _go(pins)
    package = "github.com/nats-io/nats-server/v2" if name == _NATS else f"github.com/dapr/dapr/cmd/{name}"
    # All components: JetStream, SQLite name resolution and OpenAI are not among the stable ones.
    flags = (
        []
        if name == _NATS
        else ["-tags", "allcomponents", "-ldflags", f"-X github.com/dapr/dapr/pkg/buildinfo.version={pins.dapr}"]
    )
    cache.mkdir(parents=True, exist_ok=True)
    draft = cache / f".{name}.{os.getpid()}"
    note = " (the first time: some five minutes and 6 GB)" if name == "daprd" else ""
    with progress.step(f"build {name}{note}") as step:
        lines = _run_build([go, "build", "-v", *flags, "-o", str(draft), package], step.update)
    if lines is not None:
        draft.unlink(missing_ok=True)
        raise NotInstalled(f"building {name} failed:\n" + "\n".join(f"    {line}" for line in lines))
    draft.replace(cache / name)
    return cache / name


def _run_build(command: list[str], update: Callable[[str], None]) -> list[str] | None:
    """Run it and show how far it is; the last lines when it failed."""
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=versions.MODULE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "GOFLAGS": "-buildvcs=false"},
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        for count, line in enumerate(process.stdout, 1):
            lines = [*lines[-14:], line.rstrip()]
            update(f"{count} packages, {line.strip()[-60:]}")
    return lines if process.returncode else None


def _go(pins: versions.Pins) -> str:
    found = shutil.which("go") or _existing_str(Path("/usr/local/go/bin/go"))
    wanted = f"Go {'.'.join(pins.go.split('.')[:2])} or newer"
    ways = (
        f"Install either Dapr 1.18 or newer (https://docs.dapr.io/getting-started, then `dapr init`), or {wanted} "
        "(https://go.dev/dl) to build it here, and run this again."
    )
    if found is None:
        raise NotInstalled(f"The Dapr runtime is missing. {ways}")
    answer = subprocess.run([found, "version"], capture_output=True, text=True, timeout=60, check=False)
    version = versions.parse(answer.stdout)
    minimum = versions.parse(pins.go)
    if version is None or minimum is None or version[:2] < minimum[:2]:
        raise NotInstalled(f"The Dapr runtime is missing, and Go here is {answer.stdout.strip() or 'broken'}. {ways}")
    return found


def _existing_str(path: Path) -> str | None:
    return str(path) if _existing(path) else None


# Where it is kept


def _cache_folder() -> Path:
    """Outside the checkout, so that a second clone builds nothing."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "todo-assistant" / "runtime"


@contextlib.contextmanager
def _only_one(cache: Path) -> Iterator[None]:
    """Two processes that need the same binaries build them once."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    with (cache.parent / f"{cache.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


__all__ = ["Binaries", "install"]
