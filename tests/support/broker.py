"""A look inside the broker, whichever it is: what is on a topic, whatever the services say."""

import json
import ssl
from typing import Any

import nats
import redis.asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from nats.js.errors import NotFoundError

from runtime import secrets_file
from runtime.backing import Pubsub
from runtime.parts.kafka import PARTITIONS, SECRET
from runtime.parts.redis import HOST, PASSWORD
from runtime.secrets_file import NATS_TOKEN, NATS_URL
from tests.support.stack import Stack


async def messages(stack: Stack, topic: str) -> list[bytes]:
    """All messages on a topic; oldest first, on Kafka within each partition."""
    read = {Pubsub.JETSTREAM: _from_jetstream, Pubsub.KAFKA: _from_kafka, Pubsub.REDIS: _from_redis}
    return await read[stack.backing.pubsub](secrets_file.read(stack.layout.secrets), stack, topic)


async def dead_letters(stack: Stack) -> list[dict[str, Any]]:
    """The bodies of all dead letters."""
    return [json.loads(raw)["data"] for raw in await messages(stack, "dead-letters")]


async def _from_jetstream(secrets: dict[str, Any], _: Stack, topic: str) -> list[bytes]:
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


async def _from_kafka(_: dict[str, Any], stack: Stack, topic: str) -> list[bytes]:
    return [record.value for record in await kafka_records(stack, topic)]


def kafka_options(stack: Stack) -> dict[str, Any]:
    """How a client of Kafka's connects."""
    secret = secrets_file.read(stack.layout.secrets)[SECRET]
    assert isinstance(secret, dict)
    return {
        "bootstrap_servers": secret["brokers"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": secret["username"],
        "sasl_plain_password": secret["password"],
        "ssl_context": ssl.create_default_context(cafile=str(stack.layout.kafka / "certificate.pem")),
    }


async def kafka_records(stack: Stack, topic: str) -> list[Any]:
    """The records of a topic with key and partition, by partition and offset."""
    consumer = AIOKafkaConsumer(**kafka_options(stack), enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        ends = await consumer.end_offsets(parts)
        found = []
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def _from_redis(secrets: dict[str, Any], _: Stack, topic: str) -> list[bytes]:
    host, _, port = secrets[HOST].partition(":")
    connection = redis.asyncio.Redis(host=host, port=int(port), password=secrets[PASSWORD], socket_timeout=5)
    try:
        return [fields[b"data"] for _, fields in await connection.xrange(topic)]
    finally:
        await connection.aclose()
