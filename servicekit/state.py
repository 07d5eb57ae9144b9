"""State that an app keeps in a Dapr store: reads with ETags, and changes that happen together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dapr.proto import api_v1, common_v1

# daprd 1.18 answers a failed transaction with INTERNAL whatever the reason was (pkg/api/grpc, ExecuteStateTransaction):
# only the text tells a conflict. The last one is what state.postgresql/v2 says of a key that was to be new.
_CONFLICTS = ("possible etag mismatch", "invalid etag value", "no item was updated")


@dataclass(frozen=True, slots=True)
class Stored:
    """A value as it was read. The ETag names this version of it."""

    value: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Put:
    """Write a value: over the version that `etag` names, or where nothing is (`create`), or over whatever is there.

    Redis does not look at `create` in a transaction, takes a value that is gone for any version, and makes the other
    changes of a transaction that conflicts (components-contrib 1.18.3).
    """

    key: str
    value: bytes
    etag: str | None = None
    create: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a value, if it still is the version that `etag` names; without one, whatever is there."""

    key: str
    etag: str | None = None


def to_request(store: str, changes: Sequence[Put | Remove]) -> Any:
    """The protocol's request. The SDK's own call has no options, without which a key cannot be asked to be new."""
    return api_v1.ExecuteStateTransactionRequest(storeName=store, operations=[_operation(one) for one in changes])


def from_items(items: Any) -> dict[str, Stored]:
    """What a bulk read found; keys that are not there are not in it."""
    return {item.key: Stored(bytes(item.data), item.etag) for item in items if item.data}


def is_conflict(reason: str) -> bool:
    """Whether a store that failed a transaction says so because something has changed since it was read."""
    return any(text in reason for text in _CONFLICTS)


def _operation(change: Put | Remove) -> Any:
    etag = None if change.etag is None else common_v1.Etag(value=change.etag)
    if isinstance(change, Remove):
        item = common_v1.StateItem(key=change.key, etag=etag)
        return api_v1.TransactionalStateOperation(operationType="delete", request=item)
    options = common_v1.StateOptions(
        concurrency=(
            common_v1.StateOptions.CONCURRENCY_FIRST_WRITE
            if change.create or etag is not None
            else common_v1.StateOptions.CONCURRENCY_LAST_WRITE
        ),
        consistency=common_v1.StateOptions.CONSISTENCY_STRONG,
    )
    item = common_v1.StateItem(key=change.key, value=change.value, etag=etag, options=options)
    return api_v1.TransactionalStateOperation(operationType="upsert", request=item)
