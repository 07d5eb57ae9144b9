"""``todo-ops`` as an operator runs it, on a running stack."""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

from runtime.layout import PROJECT
from tests.support.stack import Stack


@dataclass(frozen=True, slots=True)
class Said:
    """What it printed, and its exit status."""

    status: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """Its JSON."""
        return json.loads(self.output)


async def todo_ops(stack: Stack, *arguments: str) -> Said:
    """Run it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "ops", "--root", str(stack.layout.root)),
        *arguments,
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, errors = await process.communicate()
    return Said(process.returncode or 0, output.decode(), errors.decode())
