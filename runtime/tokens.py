"""The tokens between a service and its sidecar: without them, other programs on this machine could use either."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tokens:
    """One service's pair, new at each start."""

    dapr: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What daprd demands of those that call its API."""
    app: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What the service demands of those that call its app channel."""

    @property
    def environment(self) -> Mapping[str, str]:
        """For both of them, under Dapr's names."""
        return {"DAPR_API_TOKEN": self.dapr, "APP_API_TOKEN": self.app}

    @property
    def headers(self) -> Mapping[str, str]:
        """For a call to daprd."""
        return {"dapr-api-token": self.dapr}
