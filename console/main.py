"""Wires the service: what replicas report, what operators ask by `todo-ops`, and the page."""

import asyncio
from datetime import timedelta

from console.actions import Actions
from console.app import Services, create_app
from console.draining import Drain
from console.inspecting import Inspector
from console.overview import Overviews
from console.owners import Owners
from console.roster import Roster
from console.sessions import Sessions
from console.settings import Settings
from contracts.access import APPS, OPERATORS
from contracts.console import Act, AskOverview, AskReminders, Inspect, Invite
from contracts.names import (
    ACT_METHOD,
    CONSOLE,
    INSPECT_METHOD,
    INVITE_METHOD,
    OVERVIEW_METHOD,
    REMINDERS_METHOD,
    REPORT_METHOD,
)
from contracts.replicas import Directive, ReplicaReport
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Health
from servicekit.http_server import serve_http
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.sidecar import Sidecar


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        owners, drain = Owners(sidecar), Drain()
        roster = Roster(silent_after=settings.silent_after, forget_after=settings.forget_after)
        overviews = Overviews(owners, roster, drain, quiet_for=settings.quiet_for)
        inspector, actions = Inspector(owners), Actions(owners, overviews, drain)
        sessions = Sessions(
            lifetime=timedelta(hours=settings.session_hours),
            invitation_lifetime=timedelta(seconds=settings.invitation_seconds),
        )

        async def hear(report: ReplicaReport) -> Directive:
            roster.hear(report)
            return Directive(draining=drain.on)

        health = Health({"sidecar": lambda: sidecar.up})
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={
                REPORT_METHOD: Method(ReplicaReport, hear, frozenset(APPS), own=CONSOLE),
                OVERVIEW_METHOD: Method(AskOverview, overviews.overview, OPERATORS, own=CONSOLE),
                REMINDERS_METHOD: Method(AskReminders, owners.find, OPERATORS, own=CONSOLE),
                INSPECT_METHOD: Method(Inspect, inspector.inspect, OPERATORS, own=CONSOLE),
                ACT_METHOD: Method(Act, actions.act, OPERATORS, own=CONSOLE),
                INVITE_METHOD: Method(Invite, sessions.invite, OPERATORS, own=CONSOLE),
            },
        )
        app = create_app(Services(sessions, owners, overviews, inspector, actions))
        await channel.start()
        try:
            await service.run_parts(
                stop,
                serve_http(app, host=settings.console_host, port=settings.console_port),
                serve_monitoring(settings, health),
                Reporter(sidecar, CONSOLE, health, hear=hear).run(),
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(CONSOLE, settings, lambda stop: serve(settings, stop))
