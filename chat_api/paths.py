"""Paths that need care."""

FEEDS_PATH = "/feeds/"
UNSUBSCRIBE_PATH = "/unsubscribe/"


def loggable_path(path: str) -> str:
    """The path as logs and traces may show it: a calendar feed's is a secret, and so is a mail's way out."""
    return next((f"{secret}…" for secret in (FEEDS_PATH, UNSUBSCRIBE_PATH) if secret in path.lower()), path)
