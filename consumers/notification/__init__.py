"""Reaches a user whose page is closed. One channel so far: Web Push (RFC 8030, 8291, 8292) through output bindings."""
