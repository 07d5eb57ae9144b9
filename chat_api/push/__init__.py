"""Where to reach a user's browsers when the page is closed (Web Push)."""
