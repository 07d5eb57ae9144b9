"""The actor's interface, as Dapr's SDK wants it. Bodies are the JSON of `contracts.reminders` and `.operations`."""

from typing import Any

from dapr.actor import ActorInterface, actormethod


class ReminderActorInterface(ActorInterface):
    """One reminder. Every method may be called twice; twice is once."""

    @actormethod(name="Apply")
    async def apply(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take an `ApplyReminder`: arm, re-arm or cancel; answer an `ApplyAnswer`."""
        raise NotImplementedError

    @actormethod(name="Fire")
    async def fire(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take a `FireReminder`; answer a `FireAnswer`."""
        raise NotImplementedError

    @actormethod(name="Respond")
    async def respond(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take a `RespondReminder`; answer a `RespondAnswer`."""
        raise NotImplementedError

    @actormethod(name="Inspect")
    async def inspect(self) -> dict[str, Any]:
        """Answer an `InspectAnswer`: the stored state, or nothing when this reminder was never seen."""
        raise NotImplementedError

    @actormethod(name="Ping")
    async def ping(self) -> dict[str, Any]:
        """Answer a `Pong` at once, and touch nothing: for one who looks whether actors are found."""
        raise NotImplementedError

    @actormethod(name="Restore")
    async def restore(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take an `ActorSnapshot` that was exported; answer a `RestoreOutcome`."""
        raise NotImplementedError
