"""Signing webhooks as Standard Webhooks has it (https://www.standardwebhooks.com, `v1`). Pure.

The secret of each webhook is derived from one key of the server's, so that no database holds secrets.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Final, Self

from contracts.events import NotificationWanted

_PREFIX: Final = "whsec_"
_KEY_BYTES: Final = 32


class SigningKey:
    """The server's key. It never leaves this object; what is derived from it may."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def from_secret(cls, secret: str) -> Self:
        """From its text: 32 bytes or more, base64url.

        Raises:
            ValueError: it is none.
        """
        text = secret.strip()
        try:
            key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError("the webhook key is not base64url") from error
        if len(key) < _KEY_BYTES:
            raise ValueError("the webhook key is shorter than 32 bytes")
        return cls(key)

    def secret(self, webhook_id: str) -> str:
        """What the receiver of this webhook verifies with: `whsec_` and base64."""
        return _PREFIX + base64.b64encode(self._derived(webhook_id)).decode()

    def headers(self, webhook_id: str, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
        """The signature's headers of a request that is sent now (aware)."""
        timestamp = str(int(now.timestamp()))
        signed = b".".join((message_id.encode(), timestamp.encode(), body))
        digest = hmac.new(self._derived(webhook_id), signed, hashlib.sha256).digest()
        return {
            "Webhook-Id": message_id,
            "Webhook-Timestamp": timestamp,
            "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    def _derived(self, webhook_id: str) -> bytes:
        return hmac.new(self._key, f"webhook/{webhook_id}".encode(), hashlib.sha256).digest()


def message_id(event: NotificationWanted) -> str:
    """The same at each attempt: receivers drop what they have had already."""
    return f"item-{event.item_id}"


def payload(event: NotificationWanted) -> bytes:
    """The request's body, the same at each attempt."""
    document = {
        "type": f"{event.kind}.fired",
        "timestamp": event.due_at.isoformat(),
        "data": {
            "item_id": event.item_id,
            "task_id": event.task_id,
            "title": event.title,
            "body": event.body,
            "due_at": event.due_at.isoformat(),
            "occurrence": event.occurrence,
        },
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
