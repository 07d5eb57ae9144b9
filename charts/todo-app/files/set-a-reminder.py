"""Registers somebody, sets a reminder in chat and waits until it is in the inbox. Takes the page's address."""

import json
import secrets
import sys
import time
import urllib.request

BASE = sys.argv[1].rstrip("/")
DELAY, PATIENCE, TIMEOUT = 5, 60, 10  # seconds


def call(method, path, body=None, token=None):
    """The answer to a request, as JSON; an error's status raises."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{BASE}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        return json.load(answer)


with urllib.request.urlopen(f"{BASE}/", timeout=TIMEOUT) as page:
    assert b"<html" in page.read(), "the page is not there"
somebody = {"email": f"{secrets.token_hex(8)}@example.org", "password": secrets.token_hex(16)}
token = call("POST", "/api/v1/auth/register", somebody)["access_token"]
said = call("POST", "/api/v1/chat", {"message": f"remind me in {DELAY} seconds to stretch", "timezone": "UTC"}, token)
print(said["reply"])
started = time.monotonic()
while not (inbox := call("GET", "/api/v1/inbox", token=token)):
    if time.monotonic() - started > PATIENCE:
        sys.exit(f"the reminder did not fire within {PATIENCE} s")
    time.sleep(0.5)
print(f"fired after {time.monotonic() - started:.1f} s: {inbox[0]['title']}")
