"""The delivery records in the Dapr state store: one for each inbox item and target, gone after two days."""

from dapr.clients.grpc._state import Concurrency, Consistency, StateOptions

from consumers.notification.delivery import RECORD_TTL, Record
from contracts.names import DELIVERY_STORE
from servicekit.sidecar import Sidecar

_FIRST_WRITE = StateOptions(concurrency=Concurrency.first_write, consistency=Consistency.strong)
_TTL = {"ttlInSeconds": str(int(RECORD_TTL.total_seconds()))}


class Records:
    """Reads and writes them. All of it raises `SidecarError` when the store is away."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def load(self, item_id: int, target_id: str) -> tuple[Record | None, str | None]:
        """What is stored, and its ETag."""
        response = await self._sidecar.call(
            "read delivery record", lambda client: client.get_state(DELIVERY_STORE, _key(item_id, target_id))
        )
        if not response.data:
            return None, None
        return Record.model_validate_json(response.data), response.etag or None

    async def claim(self, item_id: int, target_id: str, record: Record, etag: str | None) -> None:
        """Mark it as being sent.

        Raises:
            SidecarError: it is not marked; somebody else may have been faster, so it must not be sent now.
        """
        await self._save(item_id, target_id, record, etag=etag, options=_FIRST_WRITE)

    async def settle(self, item_id: int, target_id: str, record: Record) -> None:
        """Write down how it ended; only after `claim`."""
        await self._save(item_id, target_id, record)

    async def _save(
        self,
        item_id: int,
        target_id: str,
        record: Record,
        *,
        etag: str | None = None,
        options: StateOptions | None = None,
    ) -> None:
        await self._sidecar.call(
            "write delivery record",
            lambda client: client.save_state(
                DELIVERY_STORE,
                _key(item_id, target_id),
                record.model_dump_json(),
                etag=etag,
                options=options,
                state_metadata=_TTL,
            ),
        )


def _key(item_id: int, target_id: str) -> str:
    return f"{item_id}-{target_id}"
