"""A look inside the broker: what is on a topic, whatever the services say."""

import json
from typing import Any

import nats
from nats.js.errors import NotFoundError

from runtime.secrets_file import NATS_TOKEN, NATS_URL
from tests.support.stack import Stack


async def messages(stack: Stack, topic: str) -> list[bytes]:
    """All messages on a topic, oldest first."""
    secrets = json.loads(stack.layout.secrets.read_text())
    connection = await nats.connect(
        secrets[NATS_URL], token=secrets[NATS_TOKEN], allow_reconnect=False, connect_timeout=5
    )
    try:
        stream = connection.jetstream()
        name = await stream.find_stream_name_by_subject(topic)
        state = (await stream.stream_info(name)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1) if state.messages else ():
            try:
                message = await stream.get_msg(name, sequence)
            except NotFoundError:
                continue
            if message.data is not None:
                found.append(message.data)
        return found
    finally:
        await connection.close()


async def dead_letters(stack: Stack) -> list[dict[str, Any]]:
    """The bodies of all dead letters."""
    return [json.loads(raw)["data"] for raw in await messages(stack, "dead-letters")]
