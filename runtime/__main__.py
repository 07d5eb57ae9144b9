"""``python -m runtime``: run the whole system, or just get the binaries, or just run the broker."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.backing import DEFAULT, NAMED, Backing
from runtime.console import Console
from runtime.errors import NotInstalled, PortTaken, RuntimeProblem
from runtime.install import install
from runtime.layout import PROJECT, Layout
from runtime.run_record import RunRecord
from runtime.servers import find_servers
from runtime.topology import Topology

if TYPE_CHECKING:
    from runtime.supervisor import Supervisor

_PATIENCE = 60.0  # seconds until everything must be ready


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    have = commands.add_parser("install", help="find, download or build the runtime, and say where it is")
    have.add_argument("--stack", default=DEFAULT, choices=sorted(NAMED), help="and what this one stands on")
    up = commands.add_parser("up", help="run everything until Ctrl-C")
    up.add_argument("--root", type=Path, default=PROJECT, help="where .data is kept (default: the project)")
    up.add_argument("--port", type=_port_number, help="the page's port (default: PORT, or 8080)")
    up.add_argument(
        "--resources",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="load the Dapr resources in this folder, too (may be given again)",
    )
    up.add_argument("--stack", default=DEFAULT, choices=sorted(NAMED), help="what it stands on (default: %(default)s)")
    up.add_argument(
        "--traces",
        default=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        metavar="URL",
        help="send spans there, OTLP over gRPC: http://127.0.0.1:4317 (default: OTEL_EXPORTER_OTLP_ENDPOINT)",
    )
    up.add_argument("--verbose", action="store_true", help="show the runtime's everyday lines too")
    broker = commands.add_parser("broker", help="run the broker alone, for `dapr run -f .`")
    broker.add_argument("--root", type=Path, default=PROJECT)
    broker.add_argument("--port", type=_port_number, default=4222)
    attached = commands.add_parser(
        "attach", help="run a command with the address and the token of a running app's sidecar"
    )
    attached.add_argument("--root", type=Path, default=PROJECT)
    attached.add_argument("app", help="the app-id; a replica is app-id-2, …")
    attached.add_argument("program", nargs=argparse.REMAINDER, help="the command")
    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "install":
                for name, path in _installed(Backing.named(chosen.stack)).items():
                    print(f"{name:<12} {path}")
                return 0
            case "broker":
                return asyncio.run(_broker(chosen.root.resolve(), chosen.port))
            case "attach":
                beside = RunRecord.of(Layout(chosen.root.resolve())).sidecar(chosen.app)
                env = {**os.environ, **beside.environment}
                os.execvpe(chosen.program[0], chosen.program, env)  # noqa: S606 - it is what was asked for
            case _:
                topology = Topology.load(PROJECT / "dapr.yaml").with_resources(chosen.resources)
                backing, port = Backing.named(chosen.stack), chosen.port or _page_port()
                return asyncio.run(
                    _up(topology, backing, chosen.root, port, verbose=chosen.verbose, traces=chosen.traces)
                )
    except RuntimeProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return os.EX_UNAVAILABLE if isinstance(problem, NotInstalled) else 1
    except KeyboardInterrupt:
        return 130


def _installed(backing: Backing) -> dict[str, Path]:
    binaries = install()
    return {name: getattr(binaries, name) for name in binaries.__slots__} | find_servers(backing)


def _port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - the last port
        raise argparse.ArgumentTypeError(f"{text} is no port: it must be a number from 1 to 65535")
    return int(text)


def _page_port() -> int:
    try:
        return _port_number(os.environ.get("PORT") or "8080")
    except argparse.ArgumentTypeError as error:
        raise PortTaken(f"PORT: {error}") from error


async def _up(topology: Topology, backing: Backing, root: Path, port: int, *, verbose: bool, traces: str) -> int:
    # Here, because `install` runs before every test and needs none of the client libraries.
    from runtime.supervisor import Supervisor, process_names  # noqa: PLC0415

    binaries = install()
    started = time.monotonic()
    console = Console(process_names(topology, backing), verbose=verbose)
    supervisor = Supervisor(
        topology,
        root=root,
        port=port,
        binaries=binaries,
        sink=console.line,
        log_format="console" if console.colourful else "json",
        backing=backing,
        traces=traces,
    )
    stop = _stop_signals(supervisor)
    stopping = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(supervisor.start(_PATIENCE))
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        return 0
    starting.result()
    print(
        _box(f"Todo assistant is ready in {time.monotonic() - started:.1f} s: {supervisor.url} (Ctrl-C stops)"),
        flush=True,
    )
    failing = asyncio.create_task(supervisor.wait_failure())
    await asyncio.wait({failing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    print("\nStopping …", flush=True)
    await supervisor.stop()
    if failing.done():
        failing.result()
    failing.cancel()
    print("Stopped. Your tasks are kept in", Layout(root).data)
    return 0


def _stop_signals(supervisor: "Supervisor") -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; the second one ends everything at once."""
    stop = asyncio.Event()

    def stop_or_kill() -> None:
        if stop.is_set():
            supervisor.kill_now()
        stop.set()

    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop_or_kill)
    return stop


async def _broker(root: Path, port: int) -> int:
    """The broker in the foreground, with its address in the secret store of `root`."""
    from runtime import broker, secrets_file  # noqa: PLC0415 - the client library is needed here only
    from runtime.ports import Ports  # noqa: PLC0415

    binaries = install()
    ports = Ports()
    ports.claim(port, "choose another with --port")
    layout = Layout(root)
    layout.create()
    server = broker.prepare(layout, port, ports.pick())
    secrets_file.ensure_keys(layout.secrets)
    process = await asyncio.create_subprocess_exec(*server.command(binaries.nats_server, layout))
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, process.terminate)
    await broker.ensure_streams(server)
    print(_box(f"The broker is ready at {server.url}. In another terminal: dapr run -f . (Ctrl-C stops)"), flush=True)
    return await process.wait()


def _box(text: str) -> str:
    line = "─" * (len(text) + 2)
    return f"\n┌{line}┐\n│ {text} │\n└{line}┘\n"


if __name__ == "__main__":
    sys.exit(main())
