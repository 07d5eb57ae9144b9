"""What every command is given."""

from dataclasses import dataclass

import typer

from contracts.console import Act, ActAnswer
from contracts.names import ACT_METHOD, CONSOLE
from ops.output import Output
from ops.problems import Status
from ops.services import LONG, Services
from ops.system import Settings, find_sidecar


@dataclass(frozen=True, slots=True)
class Context:
    """The settings of this call, and where its answer goes."""

    settings: Settings
    output: Output

    def act(self, services: Services, request: Act) -> ActAnswer:
        """Have the console do something, and say what it came to.

        Raises:
            Exit: it was not done.
        """
        answer = services.call(CONSOLE, ACT_METHOD, request, ActAnswer, timeout=LONG)
        if self.output.as_json:
            self.output.document(answer.model_dump(mode="json"))
        else:
            self.output.line(answer.summary)
        if not answer.done:
            raise typer.Exit(Status.INCOMPLETE)
        return answer

    @property
    def operator(self) -> str:
        """Who acts, as the audit record names them."""
        return self.settings.operator

    def services(self) -> Services:
        """The services of the running system; close it after use.

        Raises:
            NoSystem: nothing runs.
        """
        return Services(find_sidecar(self.settings))
