"""What every command is given."""

from dataclasses import dataclass

from ops.output import Output
from ops.services import Services
from ops.system import Settings, find_sidecar


@dataclass(frozen=True, slots=True)
class Context:
    """The settings of this call, and where its answer goes."""

    settings: Settings
    output: Output

    def services(self) -> Services:
        """The services of the running system; close it after use.

        Raises:
            NoSystem: nothing runs.
        """
        return Services(find_sidecar(self.settings))
