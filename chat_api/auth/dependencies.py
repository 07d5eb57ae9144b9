"""Who is asking: by bearer token (a session's, or an API token), or by the page's session cookie."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from chat_api.auth.models import User
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import TokenService, is_api_token
from chat_api.errors import CrossSiteRequest, NotAuthenticated, SessionNeeded

SESSION_COOKIE = "session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# For the OpenAPI document; `session_token` does the work.
_BEARER = HTTPBearer(scheme_name="token", description="Of a log-in, or an API token.", auto_error=False)
_COOKIE = APIKeyCookie(name=SESSION_COOKIE, scheme_name="session", description="What the page uses.", auto_error=False)


def auth_service(request: Request) -> AuthService:
    """The application's auth service."""
    service: AuthService = request.app.state.services.auth
    return service


def token_service(request: Request) -> TokenService:
    """The application's service of API tokens."""
    service: TokenService = request.app.state.services.tokens
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
    service: Annotated[AuthService, Depends(auth_service)],
    tokens: Annotated[TokenService, Depends(token_service)],
    token: Annotated[str | None, Depends(session_token)],
    _bearer: Annotated[object, Depends(_BEARER)],
    _cookie: Annotated[object, Depends(_COOKIE)],
) -> User:
    """The user whose session or API token it is.

    Raises:
        NotAuthenticated: no token, or not a valid one.
    """
    if token is None:
        raise NotAuthenticated("Log in first.")
    if is_api_token(token):
        return await tokens.authenticate(token)
    return await service.authenticate(token)


async def session_user(
    user: Annotated[User, Depends(current_user)], token: Annotated[str | None, Depends(session_token)]
) -> User:
    """The user, who has logged in: for what a stolen API token must not be able to do.

    Raises:
        NotAuthenticated: no token, or not a valid one.
        SessionNeeded: it is an API token.
    """
    if token is not None and is_api_token(token):
        raise SessionNeeded("An API token cannot do this. Log in with your password.")
    return user


CurrentUser = Annotated[User, Depends(current_user)]
SessionUser = Annotated[User, Depends(session_user)]


def _require_same_site(request: Request) -> None:
    """Browsers name the asking page's origin on every change; a cookie is honoured only for our own."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSiteRequest("This request came from a page of another site.")
