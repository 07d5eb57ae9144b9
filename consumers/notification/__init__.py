"""Reaches a user whose page is closed: Web Push (RFC 8030, 8291, 8292), e-mail, webhooks; through output bindings."""
