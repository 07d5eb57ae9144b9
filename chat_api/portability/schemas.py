"""Bodies of the export, import and feed endpoints."""

from datetime import datetime

from pydantic import BaseModel, Field


class RefusedItem(BaseModel):
    """What was not taken over."""

    item: str = Field(description="Its title, or which one in the file it is.")
    reason: str


class ImportResult(BaseModel):
    """What an import did."""

    added: int
    already_there: int
    refused: list[RefusedItem]


class FeedView(BaseModel):
    """Whether there is a calendar feed. Its address is told only when it is made."""

    enabled: bool
    created_at: datetime | None


class NewFeed(BaseModel):
    """The feed's address: whoever has it can read the tasks."""

    url: str
