"""Runs in the app's container: prints as JSON which components its sidecar has loaded, and its memory in bytes."""

import json
import os
import re
import urllib.request

TIMEOUT = 10  # seconds
API = f"http://127.0.0.1:{os.environ.get('DAPR_HTTP_PORT', '3500')}"
METRICS = f"http://127.0.0.1:{os.environ.get('DAPR_METRICS_PORT', '9090')}"


def read(url: str) -> str:
    """What the sidecar answers."""
    request = urllib.request.Request(url, headers={"dapr-api-token": os.environ.get("DAPR_API_TOKEN", "")})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        return str(answer.read().decode())


metadata = json.loads(read(f"{API}/v1.0/metadata"))
memory = re.search(r"^process_resident_memory_bytes (\S+)", read(f"{METRICS}/metrics"), re.MULTILINE)
print(  # noqa: T201
    json.dumps(
        {
            "app_id": metadata["id"],
            "version": metadata.get("runtimeVersion"),
            "components": sorted(component["name"] for component in metadata.get("components", [])),
            "memory": int(float(memory[1])) if memory else None,
        }
    )
)
