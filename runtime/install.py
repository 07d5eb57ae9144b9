"""Finds the runtime's binaries: an installed Dapr, else the official release, else built from `go.mod`."""

import contextlib
import fcntl
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
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
    with _only_one(cache, report):
        dapr = _installed_dapr() or _dapr_in(cache) or _download_dapr(cache, pins, report) or _build_dapr(cache, report)
        nats = (
            _installed_nats()
            or _existing(cache / _NATS)
            or _download_nats(cache, pins, report)
            or _build(cache, _NATS, report)
        )
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
    system, machine = versions.target()
    base = _RELEASES.format(project="dapr/dapr", version=pins.dapr)
    for name in _DAPR:
        archive = f"{name}_{system}_{machine}.tar.gz"
        if not _download(cache, name, f"{base}/{archive}", f"{base}/{archive}.sha256", progress):
            return None
    return _dapr_in(cache)


def _download_nats(cache: Path, pins: versions.Pins, progress: Progress) -> Path | None:
    system, machine = versions.target()
    base = _RELEASES.format(project="nats-io/nats-server", version=pins.nats)
    archive = f"{_NATS}-v{pins.nats}-{system}-{machine}.tar.gz"
    return _download(cache, _NATS, f"{base}/{archive}", f"{base}/SHA256SUMS", progress)


def _download(cache: Path, name: str, url: str, sums_url: str, progress: Progress) -> Path | None:
    """Fetch one archive, verify it, and keep the binary; None when there is no way to it from here.

    Raises:
        NotInstalled: the archive does not match its published checksum.
    """
    archive = url.rsplit("/", 1)[1]
    try:
        with progress.step(f"download {archive}"):
            expected = published_checksum(_fetch(sums_url).decode(), archive)
            packed = _fetch(url)
    except (OSError, ValueError) as error:
        progress.say(f"the official release of {name} cannot be had here ({error}): building it")
        return None
    if hashlib.sha256(packed).hexdigest() != expected:
        raise NotInstalled(f"{archive}: its checksum is not the published one; it was thrown away.")
    cache.mkdir(parents=True, exist_ok=True)
    draft = cache / f".{name}.{os.getpid()}"
    _unpack(packed, name, draft)
    draft.replace(cache / name)
    return cache / name


def published_checksum(text: str, archive: str) -> str:
    """The SHA-256 of an archive, from a file with one ``<hash>  <file>`` a line, or with a hash alone.

    Raises:
        ValueError: the file does not name the archive.
    """
    for line in text.splitlines():
        checksum, _, name = line.strip().partition(" ")
        if re.fullmatch("[0-9a-fA-F]{64}", checksum) and name.strip(" *") in {"", archive}:
            return checksum.lower()
    raise ValueError(f"no checksum of {archive} was published")


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_CONNECT_TIMEOUT) as answer:  # noqa: S310 - a constant https address
        content: bytes = answer.read()
        return content


def _unpack(packed: bytes, name: str, target: Path) -> None:
    """Write the binary out of its archive: the one file that is called `name`, or `name` and a platform."""
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
        member = next(
            (item for item in archive if item.isfile() and Path(item.name).name.split("_")[0] == name),
            None,
        )
        source = archive.extractfile(member) if member else None
        if source is None:
            raise NotInstalled(f"the release archive of {name} does not hold the binary")
        with target.open("wb") as out:
            shutil.copyfileobj(source, out)
    target.chmod(0o755)


# Built here


def _build_dapr(cache: Path, progress: Progress) -> dict[str, Path]:
    return {name: _existing(cache / name) or _build(cache, name, progress) for name in _DAPR}


def _build(cache: Path, name: str, progress: Progress) -> Path:
    pins = versions.pins()
    go = _go(name, pins)
    package = "github.com/nats-io/nats-server/v2" if name == _NATS else f"github.com/dapr/dapr/cmd/{name}"
    # All components: JetStream, SQLite name resolution and OpenAI are not among the stable ones.
    flags = (
        []
        if name == _NATS
        else ["-tags", "allcomponents", "-ldflags", f"-X github.com/dapr/dapr/pkg/buildinfo.version={pins.dapr}"]
    )
    cache.mkdir(parents=True, exist_ok=True)
    draft = cache / f".{name}.{os.getpid()}"
    note = " (the first time: some ten minutes and 6 GB)" if name == "daprd" else ""
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


def _go(name: str, pins: versions.Pins) -> str:
    """The Go tool to build `name` with.

    Raises:
        NotInstalled: there is none, or it is too old.
    """
    go = f"Go {'.'.join(pins.go.split('.')[:2])} or newer (https://go.dev/dl) to build it here"
    ready = (
        f"nats-server {'.'.join(map(str, versions.MINIMUM_NATS))} or newer (https://nats.io/download)"
        if name == _NATS
        else f"Dapr {'.'.join(map(str, versions.MINIMUM_DAPR))} or newer (https://docs.dapr.io/getting-started, "
        "then `dapr init --slim`, which brings placement and scheduler too)"
    )
    ways = f"Its official release cannot be had from here. Install either {ready} or {go}, and run this again."
    found = shutil.which("go") or _existing_str(Path("/usr/local/go/bin/go"))
    if found is None:
        raise NotInstalled(f"{name} is missing. {ways}")
    answer = subprocess.run([found, "version"], capture_output=True, text=True, timeout=60, check=False)
    version = versions.parse(answer.stdout)
    minimum = versions.parse(pins.go)
    if version is None or minimum is None or version[:2] < minimum[:2]:
        raise NotInstalled(f"{name} is missing, and Go here is {answer.stdout.strip() or 'broken'}. {ways}")
    return found


def _existing_str(path: Path) -> str | None:
    return str(path) if _existing(path) else None


# Where it is kept


def _cache_folder() -> Path:
    """Outside the checkout, so that a second clone builds nothing."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "todo-assistant" / "runtime"


@contextlib.contextmanager
def _only_one(cache: Path, progress: Progress) -> Iterator[None]:
    """Two processes that need the same binaries build them once."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    with (cache.parent / f"{cache.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with progress.step("another process is getting the runtime: waiting for it"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


__all__ = ["Binaries", "install"]
