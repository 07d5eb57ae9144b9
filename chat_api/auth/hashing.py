"""How random secrets are kept: sessions, API tokens, addresses of calendar feeds."""

import hashlib


def hash_secret(secret: str) -> str:
    """What is stored of it. One round is enough for what nobody could guess; any text can be asked about."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
