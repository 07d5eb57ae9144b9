"""Paths that need care."""

FEEDS_PATH = "/feeds/"


def loggable_path(path: str) -> str:
    """The path as logs and traces may show it: a calendar feed's is a secret."""
    return f"{FEEDS_PATH}…" if FEEDS_PATH in path.lower() else path
