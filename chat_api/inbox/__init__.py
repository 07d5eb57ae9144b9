"""What has fired, for each user: kept, streamed to the page, acknowledged."""
