"""``python -m chat_api.migrations``: bring the database of ``DATABASE_URL`` to the newest schema, and end."""

from chat_api.migrations import upgrade
from chat_api.settings import Settings
from servicekit import logs


def main() -> None:
    """Entry point; an error ends it with a status other than zero."""
    settings = Settings.load()
    logs.configure("migrations", settings.log_level, settings.log_format)
    upgrade(settings.database_url)
    logs.get_logger("migrations").info("the database has the newest schema")


main()
