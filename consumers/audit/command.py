"""``python -m consumers.audit verify``: is the trail as it was recorded? Asks the sidecar of the running service."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from consumers.audit.chain import Head
from consumers.audit.key import AuditKey
from consumers.audit.settings import Settings
from consumers.audit.trail import Trail
from consumers.audit.verifying import Report, Verifier, load_heads, save_heads
from servicekit import logs
from servicekit.errors import SidecarError, SidecarUnavailable
from servicekit.sidecar import Sidecar

INTACT: Final = 0
TAMPERED: Final = 1
UNKNOWN: Final = 2
_PATIENCE = 10.0  # seconds for the sidecar to answer


def run(arguments: Sequence[str]) -> int:
    """Carry it out; the exit status: 0 intact, 1 tampered with, 2 not known."""
    parser = argparse.ArgumentParser(prog="python -m consumers.audit", description="Without a command: the service.")
    verify = parser.add_subparsers(dest="command", required=True).add_parser(
        "verify",
        help="check that nothing recorded was altered, removed, moved or inserted (0 intact, 1 not, 2 unknown)",
    )
    verify.add_argument("--user", metavar="ID", help="only this user's record")
    verify.add_argument("--save", type=Path, metavar="FILE", help="write down where each record ends now")
    verify.add_argument(
        "--against", type=Path, metavar="FILE", help="all that a file of --save knows must still be there"
    )
    chosen = parser.parse_args(arguments)
    logs.configure("audit", "ERROR")
    try:
        known = load_heads(chosen.against) if chosen.against else {}
        report = asyncio.run(_verify(Settings.load(), chosen.user, known))
    except (SidecarError, ValueError) as error:
        _say(f"It cannot be told whether the record is intact: {error}", error=True)
        return UNKNOWN
    for broken in report.broken:
        _say(f"TAMPERED  {broken}", error=True)
    if report.broken:
        return TAMPERED
    if chosen.save:
        save_heads(chosen.save, report.heads)
    _say(f"Intact: {report.entries} entries in {len(report.heads)} chains.")
    return INTACT


async def _verify(settings: Settings, user: str | None, known: Mapping[str, Head]) -> Report:
    async with Sidecar(settings) as sidecar:
        try:
            async with asyncio.timeout(_PATIENCE):
                await sidecar.wait_up()
        except TimeoutError:
            raise SidecarUnavailable(
                f"no sidecar of the audit service answers on port {settings.dapr_http_port}"
            ) from None
        verifier = Verifier(Trail(sidecar), await AuditKey(sidecar).get(), known)
        return await (verifier.user(user) if user else verifier.everything())


def _say(text: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(f"{text}\n")
