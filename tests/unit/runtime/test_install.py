"""Where the binaries come from: installed, kept, downloaded with their checksum, or a sentence that says what to do."""

import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import install, versions
from runtime.errors import NotInstalled
from runtime.progress import Progress

DAPR = ("daprd", "placement", "scheduler")
NATS = "nats-server"


def executable(path: Path, answer: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return path


def packed(member: str, content: bytes = b"binary") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in (("README.md", b"readme"), (member, content)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Dapr, no broker, no Go, an empty cache, and releases that are not to be had."""
    for name in ("DAPR_BIN_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(install, "_RELEASES", "http://127.0.0.1:9/{project}/{version}")
    monkeypatch.setattr(install, "_existing_str", lambda _: None)
    return tmp_path


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is served where the releases are looked for."""
    folder = tmp_path / "releases"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(install, "_RELEASES", f"http://127.0.0.1:{server.server_port}")
        yield folder
        server.shutdown()
        thread.join()


def publish(folder: Path) -> None:
    """All archives and checksums of the pinned versions, as the projects publish them."""
    system, machine = versions.target()
    for name in DAPR:
        archive = f"{name}_{system}_{machine}.tar.gz"
        content = packed(name, name.encode())
        (folder / archive).write_bytes(content)
        (folder / f"{archive}.sha256").write_text(hashlib.sha256(content).hexdigest() + f"  {archive}\n")
    stem = f"{NATS}-v{versions.pins().nats}-{system}-{machine}"
    content = packed(f"{stem}/{NATS}", NATS.encode())
    (folder / f"{stem}.tar.gz").write_bytes(content)
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.zip\n{hashlib.sha256(content).hexdigest()}  {stem}.tar.gz\n")


def quiet() -> Progress:
    return Progress(io.StringIO())


def test_a_complete_dapr_and_broker_are_used_as_they_are(bare_machine: Path) -> None:
    for name in DAPR:
        executable(bare_machine / ".dapr/bin" / name, "1.18.3")
    nats = executable(bare_machine / "bin" / NATS, "nats-server: v2.11.0")
    found = install.install(quiet())
    assert found.daprd == bare_machine / ".dapr/bin/daprd"
    assert found.nats_server == nats


@pytest.mark.parametrize("version", ["1.17.9", "edge"])
def test_an_old_or_nameless_dapr_is_passed_over(bare_machine: Path, releases: Path, version: str) -> None:
    for name in DAPR:
        executable(bare_machine / ".dapr/bin" / name, version)
    publish(releases)
    assert install.install(quiet()).daprd.is_relative_to(bare_machine / ".cache")


def test_a_folder_that_was_named_must_do(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAPR_BIN_DIR", str(bare_machine / "mine"))
    with pytest.raises(NotInstalled, match="must hold daprd, placement, scheduler"):
        install.install(quiet())


def test_releases_are_verified_kept_and_not_fetched_twice(releases: Path) -> None:
    publish(releases)
    found = install.install(quiet())
    assert found.scheduler.read_bytes() == b"scheduler"
    assert found.nats_server.read_bytes() == NATS.encode()
    assert found.nats_server.stat().st_mode & 0o111
    assert sorted(path.name for path in found.daprd.parent.iterdir()) == sorted((*DAPR, NATS))
    for path in releases.iterdir():
        path.unlink()
    assert install.install(quiet()) == found


def test_an_archive_with_another_checksum_is_thrown_away(bare_machine: Path, releases: Path) -> None:
    publish(releases)
    system, machine = versions.target()
    (releases / f"daprd_{system}_{machine}.tar.gz").write_bytes(packed("daprd", b"something else"))
    with pytest.raises(NotInstalled, match="thrown away"):
        install.install(quiet())
    assert not list(bare_machine.rglob(".cache/**/daprd"))


def test_without_any_way_it_says_what_to_install() -> None:
    with pytest.raises(NotInstalled, match=r"daprd is missing.*Dapr 1\.18 or newer.*Go 1\.26 or newer"):
        install.install(quiet())


def test_with_dapr_but_no_broker_it_names_the_broker(bare_machine: Path) -> None:
    for name in DAPR:
        executable(bare_machine / ".dapr/bin" / name, "1.18.3")
    with pytest.raises(NotInstalled, match=r"nats-server is missing.*nats-server 2\.10 or newer"):
        install.install(quiet())


def test_an_old_go_is_said(bare_machine: Path) -> None:
    executable(bare_machine / "bin/go", "go version go1.21.3 linux/amd64")
    with pytest.raises(NotInstalled, match=r"Go here is go version go1\.21\.3"):
        install.install(quiet())


def test_a_build_that_fails_shows_its_last_lines(bare_machine: Path) -> None:
    go = executable(bare_machine / "bin/go", "go version go1.26.8 linux/amd64")
    go.write_text(go.read_text() + "[ \"$1\" = version ] || { echo 'cannot find module'; exit 1; }\n")
    out = io.StringIO()
    with pytest.raises(NotInstalled, match=r"building daprd failed:(.|\n)*cannot find module"):
        install.install(Progress(out))
    assert "build daprd" in out.getvalue()
    assert "failed after 0:00" in out.getvalue()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a" * 64, True),
        ("a" * 64 + "  x.tar.gz\n", True),
        ("a" * 64 + " *x.tar.gz\n", True),
        ("a" * 64 + "  y.tar.gz\n", False),
        ("<html>not found</html>", False),
        ("", False),
    ],
)
def test_published_checksums(text: str, found: bool) -> None:
    if found:
        assert install.published_checksum(text, "x.tar.gz") == "a" * 64
    else:
        with pytest.raises(ValueError, match="no checksum"):
            install.published_checksum(text, "x.tar.gz")
