"""What people wrote, within the entries of their record: encrypted with a key of the record's own. Pure.

Nothing is ever taken out of an entry. Without the key the words in all of them are gone, and the seals hold as before:
they cover what is encrypted.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consumers.audit.sealing import Tampered, canonical, seal, unseal

WORDS: Final = "words"
_PERSONAL: Final = ("title",)
_PURPOSE: Final = "todo.audit.words.v1"
_BITS: Final = 256
_NONCE: Final = 12  # bytes; as the mode wants it (NIST SP 800-38D)


def words_key(chain: str) -> str:
    """Where the key to a chain's words is stored."""
    return f"words:{chain}"


def has_words(content: Mapping[str, Any]) -> bool:
    """Whether there is something encrypted in it. Entries of earlier versions have their words in the clear."""
    return bool(content.get(WORDS))


@dataclass(frozen=True, slots=True)
class Words:
    """The key to the words of one chain; `secret` is None once they are erased."""

    chain: str
    secret: bytes | None

    @classmethod
    def new(cls, chain: str) -> Self:
        """Of a chain that begins."""
        return cls(chain, AESGCM.generate_key(_BITS))

    @classmethod
    def unseal(cls, key: bytes, chain: str, raw: bytes | None) -> Self:
        """Read it.

        Raises:
            Tampered: it is not this chain's as it was stored, or is missing.
        """
        if raw is None:
            raise Tampered("is missing")
        document, _ = unseal(key, _PURPOSE, raw)
        if document.get("chain") != chain:
            raise Tampered("is the one of another record")
        stored = document.get("key")
        return cls(chain, None if stored is None else base64.b64decode(stored))

    def seal(self, key: bytes) -> bytes:
        """As it is stored."""
        stored = None if self.secret is None else base64.b64encode(self.secret).decode()
        return seal(key, _PURPOSE, {"chain": self.chain, "key": stored})[0]

    def erased(self) -> "Words":
        """In its place when the words are to go; what is added later is added without."""
        return Words(self.chain, None)

    def hide(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """An event as it is put into an entry: its words encrypted, or left out when they are erased."""
        data = content.get("data")
        said = {name: data[name] for name in _PERSONAL if name in data} if isinstance(data, Mapping) else {}
        if not said or not isinstance(data, Mapping):
            return content
        rest = {name: value for name, value in data.items() if name not in said}
        return {**content, "data": rest, WORDS: self._encrypt(content, said)}

    def show(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """An entry's event with its words, or with empty ones where they are erased.

        Raises:
            Tampered: they are not what was encrypted, or another key is stored now.
        """
        if WORDS not in content:
            return content
        said: Mapping[str, Any] = dict.fromkeys(_PERSONAL, "")
        if self.secret is not None and has_words(content):
            said = self._decrypt(content)
        shown = {**content, "data": {**content["data"], **said}}
        del shown[WORDS]
        return shown

    def _encrypt(self, content: Mapping[str, Any], said: Mapping[str, Any]) -> str:
        if self.secret is None:
            return ""
        nonce = secrets.token_bytes(_NONCE)
        encrypted = AESGCM(self.secret).encrypt(nonce, canonical(said), self._place(content))
        return base64.b64encode(nonce + encrypted).decode()

    def _decrypt(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self.secret is not None  # noqa: S101 - the caller looked
        try:
            raw = base64.b64decode(content[WORDS], validate=True)
            said = AESGCM(self.secret).decrypt(raw[:_NONCE], raw[_NONCE:], self._place(content))
        except (InvalidTag, ValueError, TypeError, binascii.Error) as error:
            raise Tampered("has words that the stored key does not open") from error
        found: Mapping[str, Any] = json.loads(said)
        return found

    def _place(self, content: Mapping[str, Any]) -> bytes:
        """What they belong to: they open nowhere else."""
        return f"{self.chain}\n{content.get('id')}".encode()
