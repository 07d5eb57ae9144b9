"""Export, import, feed and API tokens over HTTP: who may, how much, and what is never logged."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from icalendar import Calendar
from structlog.testing import capture_logs

from chat_api.app import Services, create_app
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import TokenService
from chat_api.database import Database
from chat_api.portability.feeds import FeedService
from chat_api.settings import Settings
from tests.unit.chat_api.test_portability import Account

PASSWORD = "correct horse"
FILE = b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
CALENDAR = {"content-type": "text/calendar; charset=utf-8"}


@contextlib.asynccontextmanager
async def serving(database: Database, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has registered and talks to the application."""
    account = Account(database, "-")
    nothing = cast(Any, None)
    services = Services(
        auth=AuthService(database, session_lifetime=timedelta(days=1)),
        tokens=TokenService(database),
        tasks=account.tasks,
        lists=account.lists,
        preferences=account.preferences,
        inbox=nothing,
        assistant=nothing,
        portability=account.port,
        feeds=FeedService(database, account.tasks),
        push=nothing,
        channels=nothing,
        activity=nothing,
        closing=nothing,
        backlog=lambda: 0,
    )
    app = create_app(settings, services, {})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo.test") as opened:
        answer = await opened.post("/api/v1/auth/register", json={"email": "c@example.org", "password": PASSWORD})
        opened.cookies.clear()
        opened.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield opened


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database, Settings(max_import_bytes=200_000)) as opened:
        yield opened


async def add(client: httpx.AsyncClient, **fields: Any) -> None:
    assert (await client.post("/api/v1/tasks", json=fields)).status_code == 201


async def test_a_token_opens_tasks_and_not_what_opens_more(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/v1/tokens", json={"name": "script", "expires_in_days": 1})).json()
    token = {"Authorization": f"Bearer {made['token']}"}
    assert (await client.get("/api/v1/tasks", headers=token)).status_code == 200
    assert (await client.get("/api/v1/export", headers=token)).status_code == 200
    for method, path in (
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("DELETE", f"/api/v1/tokens/{made['id']}"),
        ("GET", "/api/v1/feed"),
        ("POST", "/api/v1/feed"),
        ("DELETE", "/api/v1/feed"),
        ("POST", "/api/v1/auth/logout"),
    ):
        refused = await client.request(method, path, headers=token, json={"name": "x"} if method == "POST" else None)
        assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json"), path
    (listed,) = (await client.get("/api/v1/tokens")).json()
    assert "token" not in listed
    assert listed["last_used_at"] is not None
    assert (await client.delete(f"/api/v1/tokens/{made['id']}")).status_code == 204
    assert (await client.get("/api/v1/tasks", headers=token)).status_code == 401


async def test_a_feed_is_read_without_a_log_in_until_it_ends(client: httpx.AsyncClient) -> None:
    due = datetime.now(UTC) + timedelta(days=2)
    await add(client, title="timed", due_at=due.isoformat(), timezone="Europe/Rome")
    await add(client, title="some day")
    assert (await client.get("/api/v1/feed")).json() == {"enabled": False, "created_at": None}
    url = (await client.post("/api/v1/feed")).json()["url"]
    assert (await client.get("/api/v1/feed")).json()["enabled"] is True
    anybody = {"Authorization": ""}

    answer = await client.get(url, headers=anybody)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    calendar = Calendar.from_ical(answer.content)
    assert [str(todo["SUMMARY"]) for todo in calendar.walk("VTODO")] == ["timed", "some day"]
    (event,) = calendar.walk("VEVENT")
    assert (event["SUMMARY"], event["TRANSP"]) == ("timed", "TRANSPARENT")
    assert event["DTSTART"].dt == due.replace(microsecond=0)
    assert calendar.walk("VALARM") == []
    only = Calendar.from_ical((await client.get(f"{url}?content=events", headers=anybody)).content)
    assert (len(only.walk("VTODO")), len(only.walk("VEVENT"))) == (0, 1)

    again = await client.get(url, headers=anybody | {"If-None-Match": f'"other", W/{answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(url, headers=anybody)
    assert (head.status_code, head.content) == (200, b"")
    await add(client, title="one more")
    changed = await client.get(url, headers=anybody | {"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200

    renewed = (await client.post("/api/v1/feed")).json()["url"]
    gone = await client.get(url, headers=anybody)
    assert (await client.get(renewed, headers=anybody)).status_code == 200
    assert (await client.delete("/api/v1/feed")).status_code == 204
    ended = await client.get(renewed, headers=anybody)
    unknown = await client.get("/feeds/x.ics", headers=anybody)
    assert gone.status_code == ended.status_code == unknown.status_code == 404
    assert gone.content == ended.content == unknown.content


async def test_a_feed_has_the_address_by_which_people_find_the_server(database: Database) -> None:
    async with serving(database, Settings(public_url="https://todo.example/")) as client:
        url = httpx.URL((await client.post("/api/v1/feed")).json()["url"])
        assert (url.scheme, url.host) == ("https", "todo.example")
        assert (await client.get(url.path, headers={"Authorization": ""})).status_code == 200


async def test_recurring_tasks_in_a_feed_repeat_where_a_calendar_can_show_that(client: httpx.AsyncClient) -> None:
    due = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    await add(client, title="weekly", due_at=due, recurrence="FREQ=WEEKLY", timezone="Europe/Rome")
    await add(client, title="hourly", due_at=due, recurrence="FREQ=HOURLY")
    await add(client, title="filter", due_at=due, recurrence="FREQ=DAILY", from_completion=True)
    await add(client, title="day", due_on=(datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    url = (await client.post("/api/v1/feed")).json()["url"]
    calendar = Calendar.from_ical((await client.get(f"{url}?content=events")).content)
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert {title: "RRULE" in event for title, event in events.items()} == {
        "weekly": True,
        "hourly": False,
        "filter": False,
        "day": False,
    }
    assert events["weekly"]["DTSTART"].params["TZID"] == "Europe/Rome"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    assert events["day"]["DTSTART"].params["VALUE"] == "DATE"
    assert events["day"]["DURATION"].dt == timedelta(days=1)


async def test_no_log_line_holds_the_feeds_secret(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    url = (await client.post("/api/v1/feed")).json()["url"]
    secret = url.rpartition("/")[2].removesuffix(".ics")

    async def fail(*_: object) -> None:
        raise RuntimeError("the database is away")

    with capture_logs() as lines:
        await client.get(url)
        await client.get(url.replace(".ics", ".ICS/x"))
        await client.get(url.replace("/feeds/", "//FEEDS/"))
        monkeypatch.setattr(FeedService, "read", fail)
        assert (await client.get(url)).status_code == 500
    assert [line["event"] for line in lines].count("request") == 4
    assert [line["event"] for line in lines].count("request failed") == 1
    assert secret not in str([{**line, "exc_info": str(line.get("exc_info"))} for line in lines])


async def test_an_import_may_be_longer_than_other_requests_and_has_a_bound(client: httpx.AsyncClient) -> None:
    long = FILE.replace(b"SUMMARY", b"X-LONG:" + b"x" * 150_000 + b"\r\nSUMMARY")
    answer = await client.post("/api/v1/import", content=long, headers=CALENDAR)
    assert answer.json() == {"added": 1, "already_there": 0, "refused": []}
    longer = FILE + b"x" * 200_000
    assert (await client.post("/api/v1/import", content=longer, headers=CALENDAR)).status_code == 413
    other = await client.post("/api/v1/tasks", content=long, headers={"content-type": "application/json"})
    assert other.status_code == 413

    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 1000

    assert (await client.post("/api/v1/import", content=undeclared(), headers=CALENDAR)).status_code == 413


@pytest.mark.parametrize(
    ("content", "kind", "status", "word"),
    [
        (b"", "text/calendar", 422, "BEGIN:VCALENDAR"),
        (b"{", "application/json", 422, "JSON"),
        (b"\xff", "text/calendar", 422, "UTF-8"),
        (FILE, "text/plain", 415, "text/calendar"),
        (FILE, "", 415, "text/calendar"),
    ],
)
async def test_what_is_no_file_is_a_problem(
    client: httpx.AsyncClient, content: bytes, kind: str, status: int, word: str
) -> None:
    answer = await client.post("/api/v1/import", content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert word in answer.json()["detail"]


async def test_export_is_a_file_to_keep(client: httpx.AsyncClient) -> None:
    await add(client, title="x")
    as_json = await client.get("/api/v1/export")
    assert as_json.headers["content-disposition"] == 'attachment; filename="tasks.json"'
    assert [task["title"] for task in as_json.json()["tasks"]] == ["x"]
    as_calendar = await client.get("/api/v1/export?format=ics")
    assert as_calendar.headers["content-type"] == "text/calendar; charset=utf-8"
    assert as_calendar.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert (await client.get("/api/v1/export?format=xml")).status_code == 422
