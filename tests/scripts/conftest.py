"""The scripts, run with stand-ins for the tools that need a cloud."""

import http.server
import json
import os
import shlex
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scripts.stub import GONE, Call, Tools, parse

PROJECT = Path(__file__).resolve().parents[2]

# Asks the test; the answer is shell code that prints and exits. Contents of --from-file go along, and what is piped.
LAUNCHER = """#!/bin/bash
input=
for word; do
    case $word in
    - | -i | --stdin) [[ -n $input ]] || input=$(cat) ;;
    --from-file=*=/*) files+=("$word" "$(cat "${{word##*=}}")") ;;
    esac
done
ask=(curl --silent --max-time 30 --unix-socket {socket} --data-binary @- http://test/)
eval "$(printf '%s\\0' {name} $# "$@" "$input" "${{files[@]}}" | "${{ask[@]}}")"
"""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One call of a launcher."""

    tools: Tools

    def do_POST(self) -> None:
        tool, count, *rest = self.rfile.read(int(self.headers["Content-Length"])).decode().split("\0")[:-1]
        words, (stdin, *pairs) = rest[: int(count)], rest[int(count) :]
        files = {word.split("=")[1]: content for word, content in zip(pairs[::2], pairs[1::2], strict=True)}
        code, output, errors = self.tools.call(Call(tool, words, stdin, files))
        body = f"printf %s {shlex.quote(output)}\nprintf %s {shlex.quote(errors)} >&2\nexit {code}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def address_string(self) -> str:
        return "launcher"


@dataclass
class Cloud:
    """An imaginary cloud behind stub tools, and what was asked of it."""

    tools: Tools
    environment: dict[str, str]

    def run(self, script: str, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the project; with `check`, it must succeed. No tool may have refused a command line."""
        done = subprocess.run(
            [str(PROJECT / script), *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert self.tools.refused == []
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    @property
    def lines(self) -> list[str]:
        """All calls so far, as command lines."""
        return [call.line for call in self.tools.calls]

    def living(self, kind: str) -> list[str]:
        """Names of what exists of a kind."""
        return [
            t.get("display-name") or t["name"]
            for t in self.tools.world.get(kind, [])
            if t["lifecycle-state"] not in GONE
        ]

    def answer(self, *answers: tuple[str, int, str]) -> None:
        """What helm and kubectl say: start of the command line, exit code, output. Later ones are asked first."""
        self.tools.answers[:0] = answers


def printed_commands(output: str) -> list[list[str]]:
    """The commands that a dry run printed; the tools would take each of them."""
    commands = [shlex.split(line[2:]) for line in output.splitlines() if line.startswith("+ ")]
    for tool, *words in commands:
        if tool in {"oci", "helm", "kubectl"}:
            parse(tool, words)
    return commands


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """An empty tenancy with one region and its offers, and a cluster that answers."""
    tools = Tools(
        world={
            "network service": [
                {"id": "ocid1.service.objects", "cidr-block": "oci-fra-objectstorage"},
                {"id": "ocid1.service.all", "cidr-block": "all-fra-services-in-oracle-services-network"},
            ],
            "ce cluster-options": [{"id": "all", "kubernetes-versions": ["v1.32.10", "v1.34.1", "v1.33.1"]}],
            "ce node-pool-options": [
                {
                    "id": "all",
                    "sources": [
                        {
                            "source-name": "Oracle-Linux-8.10-2026.09.30-0-OKE-1.34.1-1200",
                            "image-id": "ocid1.image.amd64",
                        },
                        {
                            "source-name": "Oracle-Linux-8.10-aarch64-2026.09.30-0-OKE-1.34.1-1200",
                            "image-id": "ocid1.image.arm64",
                        },
                    ],
                }
            ],
            "iam availability-domain": [{"id": "1", "name": "xyz:FRA-AD-1"}, {"id": "2", "name": "xyz:FRA-AD-2"}],
        }
    )
    # Socket paths are short: 108 bytes.
    socket = Path(f"/tmp/todo-stub-{os.getpid()}-{threading.get_ident() % 10000}.sock")  # noqa: S108
    socket.unlink(missing_ok=True)
    handler = type("Handler", (_Handler,), {"tools": tools})
    with socketserver.UnixStreamServer(str(socket), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in ("oci", "helm", "kubectl"):
            (folder / name).write_text(LAUNCHER.format(name=name, socket=socket))
            (folder / name).chmod(0o755)
        (tmp_path / "kubeconfig").touch()
        yield Cloud(
            tools,
            {
                "PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "POLL_SECONDS": "0",
                "KUBECONFIG": str(tmp_path / "kubeconfig"),
            },
        )
        server.shutdown()
    socket.unlink()


def as_json(value: object) -> str:
    """What a tool prints for `--output json`."""
    return json.dumps(value)
