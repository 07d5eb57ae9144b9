"""Register, log in, log out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from chat_api.auth.dependencies import SESSION_COOKIE, CurrentUser, SessionUser, auth_service, session_token
from chat_api.auth.schemas import Closing, Credentials, Me, Registration, Token
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import is_api_token
from chat_api.closing import AccountClosing
from chat_api.errors import SessionNeeded
from chat_api.requests import room_for_changes

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

Service = Annotated[AuthService, Depends(auth_service)]


@router.post("/register", status_code=status.HTTP_201_CREATED)
async def register(body: Registration, service: Service, request: Request, response: Response) -> Token:
    """Make an account; the answer is a session, as after a log-in."""
    token = await service.register(body.email, body.password)
    return _opened(request, response, service, token)


@router.post("/login")
async def log_in(body: Credentials, service: Service, request: Request, response: Response) -> Token:
    """Open a session: a bearer token, and the cookie the page uses."""
    token = await service.log_in(body.email, body.password)
    return _opened(request, response, service, token)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def log_out(service: Service, response: Response, token: Annotated[str | None, Depends(session_token)]) -> None:
    """End the session."""
    if token is not None:
        if is_api_token(token):
            raise SessionNeeded("An API token is no session. It ends when you revoke it.")
        await service.log_out(token)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.post("/close-account", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(room_for_changes)])
async def close_account(body: Closing, user: SessionUser, request: Request, response: Response) -> None:
    """Delete the account and everything in it, for good. It takes the password; an API token cannot do it.

    The record of what happened stays, under an id that belongs to nobody any more.
    """
    closing: AccountClosing = request.app.state.services.closing
    await closing.close(user, body.password, body.conversation_id)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get("/me")
async def me(user: CurrentUser) -> Me:
    """Whose session this is."""
    return Me(id=user.id, email=user.email)


def _opened(request: Request, response: Response, service: AuthService, token: str) -> Token:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(service.session_lifetime.total_seconds()),
        path="/",
        secure=request.app.state.settings.cookie_secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return Token(access_token=token)
