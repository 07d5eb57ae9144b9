"""Stands in for Redpanda's `rpk`, which cannot be had here: the commands that the chart's hook needs, on a real Kafka.

It takes the flags and the variables that the real one takes (docs.redpanda.com, "rpk -X"), and refuses all others: a
variable that rpk does not know would be read by nobody.
"""

import argparse
import asyncio
import os
import ssl
import sys
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

_VARIABLES: Final = {"RPK_BROKERS", "RPK_SASL_MECHANISM", "RPK_USER", "RPK_PASS", "RPK_TLS_ENABLED"}


def options(env: dict[str, str]) -> dict[str, Any]:
    """How aiokafka connects, from what rpk reads."""
    unknown = {name for name in env if name.startswith("RPK_")} - _VARIABLES
    if unknown:
        raise SystemExit(f"rpk reads no {', '.join(sorted(unknown))}")
    tls, login = env.get("RPK_TLS_ENABLED") == "true", "RPK_SASL_MECHANISM" in env
    found: dict[str, Any] = {
        "bootstrap_servers": env["RPK_BROKERS"],
        "security_protocol": f"{'SASL_' if login else ''}{'SSL' if tls else 'PLAINTEXT'}",
        "request_timeout_ms": 20_000,
    }
    if tls:
        found["ssl_context"] = ssl.create_default_context()
    if login:
        found |= {
            "sasl_mechanism": env["RPK_SASL_MECHANISM"],
            "sasl_plain_username": env["RPK_USER"],
            "sasl_plain_password": env["RPK_PASS"],
        }
    return found


async def partitions(connection: dict[str, Any]) -> dict[str, int]:
    """The topics there are, and how many partitions each has."""
    admin = AIOKafkaAdminClient(**connection)
    try:
        await admin.start()
        names = [name for name in await admin.list_topics() if not name.startswith("__")]
        described = await admin.describe_topics(names) if names else []
        return {item["topic"]: len(item["partitions"]) for item in described}
    finally:
        await admin.close()


async def _create(connection: dict[str, Any], topics: list[NewTopic]) -> bool:
    """Make them; whether all of them were made. A table of what became of each, as rpk prints it."""
    admin = AIOKafkaAdminClient(**connection)
    try:
        await admin.start()
        answer = await admin.create_topics(topics)
    finally:
        await admin.close()
    sys.stdout.write("TOPIC  STATUS\n")
    codes = {name: code for name, code, *_ in answer.topic_errors}
    for name, code in codes.items():
        sys.stdout.write(f"{name}  {'OK' if not code else for_code(code).message}\n")
    return not any(codes.values())


def main() -> int:
    """``rpk topic list`` or ``rpk topic create NAME… --partitions N --replicas N``."""
    parser = argparse.ArgumentParser("rpk", allow_abbrev=False)
    topic = parser.add_subparsers(required=True).add_parser("topic", allow_abbrev=False)
    commands = topic.add_subparsers(dest="command", required=True)
    commands.add_parser("list", allow_abbrev=False)
    create = commands.add_parser("create", allow_abbrev=False)
    create.add_argument("topics", nargs="+")
    create.add_argument("--partitions", "-p", type=int, default=-1)
    create.add_argument("--replicas", "-r", type=int, default=-1)
    words = parser.parse_args()
    connection = options(dict(os.environ))
    if words.command == "list":
        sys.stdout.write("NAME  PARTITIONS  REPLICAS\n")
        found = asyncio.run(partitions(connection))
        sys.stdout.writelines(f"{name}  {count}  1\n" for name, count in sorted(found.items()))
        return 0
    wanted = [NewTopic(name, words.partitions, words.replicas) for name in words.topics]
    return 0 if asyncio.run(_create(connection, wanted)) else 1


if __name__ == "__main__":
    sys.exit(main())
