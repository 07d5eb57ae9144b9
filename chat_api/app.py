"""Builds the HTTP application: routers, error handlers, the page. Its services are handed in."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Depends, FastAPI

from chat_api import health
from chat_api.activity import endpoints as activity
from chat_api.activity.service import ActivityService
from chat_api.admission import Admission
from chat_api.assistant import endpoints as chat
from chat_api.assistant.service import Assistant
from chat_api.auth import endpoints as auth
from chat_api.auth import token_endpoints
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import TokenService
from chat_api.channels import endpoints as channels
from chat_api.channels import unsubscribing
from chat_api.channels.service import ChannelService
from chat_api.closing import AccountClosing
from chat_api.edge import Edge
from chat_api.errors import install_handlers
from chat_api.inbox import endpoints as inbox
from chat_api.inbox.service import InboxService
from chat_api.openapi import describe
from chat_api.page import add_page
from chat_api.portability import endpoints as portability
from chat_api.portability.feeds import FeedService
from chat_api.portability.service import PortabilityService
from chat_api.preferences import endpoints as preferences
from chat_api.preferences.service import PreferencesService
from chat_api.push import endpoints as push
from chat_api.push.service import PushService
from chat_api.requests import room_for_changes, taking_changes
from chat_api.settings import Settings
from chat_api.tasks import endpoints as tasks
from chat_api.tasks import list_endpoints as lists
from chat_api.tasks.lists import ListService
from chat_api.tasks.service import TaskService
from servicekit.health import Check, Health
from servicekit.http_server import NO_TELEMETRY


@dataclass(frozen=True, slots=True)
class Services:
    """What the endpoints work with."""

    auth: AuthService
    tokens: TokenService
    tasks: TaskService
    lists: ListService
    preferences: PreferencesService
    inbox: InboxService
    assistant: Assistant
    portability: PortabilityService
    feeds: FeedService
    push: PushService
    channels: ChannelService
    activity: ActivityService
    closing: AccountClosing
    backlog: Callable[[], int]
    """How many events wait to be published."""
    draining: Callable[[], bool] = lambda: False
    """Whether operators want nothing new taken."""


def create_app(settings: Settings, services: Services, checks: Mapping[str, Check]) -> FastAPI:
    """The application, ready to serve."""
    app = FastAPI(
        title="Todo assistant",
        version="0.1.0",
        description="Tasks and reminders by chat and REST; fired reminders as server-sent events.",
        redoc_url=None,
        telemetry=NO_TELEMETRY,
    )
    app.state.settings = settings
    app.state.services = services
    app.state.health = Health(checks)
    install_handlers(app)
    of_accounts = (auth.router, token_endpoints.router, push.router, channels.router, activity.router)
    for router in (health.router, *of_accounts, portability.feed_router, unsubscribing.router):
        app.include_router(router, dependencies=[Depends(taking_changes)])
    # What these change becomes an event each.
    parts = (chat, tasks, lists, inbox, preferences, portability)
    for router in (*(part.router for part in parts), tasks.undo_router):
        app.include_router(router, dependencies=[Depends(taking_changes), Depends(room_for_changes)])
    add_page(app)

    document = functools.cache(lambda: describe(app))
    app.openapi = document  # type: ignore[method-assign]
    app.add_middleware(
        Admission,
        max_in_flight=settings.max_requests_in_flight,
        max_waiting=settings.max_requests_waiting,
        patience=settings.request_patience,
    )
    # Around it: what is refused is logged and counted, too.
    app.add_middleware(
        Edge,
        max_request_bytes=settings.max_request_bytes,
        larger={portability.IMPORT_PATH: settings.max_import_bytes},
    )
    return app
