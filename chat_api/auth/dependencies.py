"""Who is asking: by bearer token, or by the page's session cookie."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from chat_api.auth.models import User
from chat_api.auth.service import AuthService
from chat_api.errors import CrossSiteRequest, NotAuthenticated

SESSION_COOKIE = "session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def auth_service(request: Request) -> AuthService:
    """The application's auth service."""
    service: AuthService = request.app.state.services.auth
    return service


def session_token(request: Request) -> str | None:
    """The token sent with the request, if any. An Authorization header beats the cookie.

    Raises:
        NotAuthenticated: an Authorization header of another kind.
        CrossSiteRequest: the cookie came with a change that another site's page asked for.
    """
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticated("Send the access token as 'Authorization: Bearer <token>'.")
        return token.strip()
    token = request.cookies.get(SESSION_COOKIE, "")
    if token and request.method not in _SAFE_METHODS:
        _require_same_site(request)
    return token or None


async def current_user(
    service: Annotated[AuthService, Depends(auth_service)], token: Annotated[str | None, Depends(session_token)]
) -> User:
    """The user whose session it is.

    Raises:
        NotAuthenticated: no token, or not a valid one.
    """
    if token is None:
        raise NotAuthenticated("Log in first.")
    return await service.authenticate(token)


CurrentUser = Annotated[User, Depends(current_user)]


def _require_same_site(request: Request) -> None:
    """Browsers name the asking page's origin on every change; a cookie is honoured only for our own."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSiteRequest("This request came from a page of another site.")
