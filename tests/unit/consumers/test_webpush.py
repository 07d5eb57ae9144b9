"""Encryption that only the browser can undo, and the token that tells a push service who sends."""

import base64
import json
import time
from dataclasses import dataclass

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from consumers.notification.webpush import MAX_PLAINTEXT, Vapid, decode, encode, encrypt, keys_of, message, topic
from contracts.push import PushTarget
from tests.unit.consumers.test_delivery import wanted

SUBJECT = "mailto:operator@example.org"


@dataclass
class Browser:
    """The receiving end."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @property
    def target(self) -> PushTarget:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushTarget(
            subscription_id="s1",
            endpoint="https://push.example/1",
            p256dh=encode(point),
            auth=encode(self.secret),
        )

    def open(self, sealed: bytes) -> bytes:
        opened: bytes = http_ece.decrypt(sealed, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return opened


@pytest.fixture
def browser() -> Browser:
    return Browser(ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")


@pytest.fixture
def vapid() -> Vapid:
    return Vapid.from_secret(encode((7).to_bytes(32, "big")), SUBJECT)


def claims(header: str) -> dict[str, object]:
    token = header.removeprefix("vapid t=").split(",")[0]
    found: dict[str, object] = json.loads(decode(token.split(".")[1]))
    return found


@pytest.mark.parametrize("length", [1, 500, MAX_PLAINTEXT])
def test_the_browser_reads_what_was_sent(browser: Browser, length: int) -> None:
    plaintext = b"x" * length
    sealed = encrypt(plaintext, browser.target)
    assert browser.open(sealed) == plaintext
    assert len(sealed) == length + 103 <= 4096
    assert sealed[16:20] == (4096).to_bytes(4, "big"), "one record"


def test_the_published_example_is_understood() -> None:
    """RFC 8291, appendix A: the receiver's side of our library pair agrees with the standard."""
    receiver = ec.derive_private_key(
        int.from_bytes(decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    browser = Browser(receiver, decode("BTBZMqHH6r4Tts7J_aSIgg"))
    sealed = decode(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.open(sealed) == b"When I grow up, I want to be a watermelon"
    assert browser.open(encrypt(b"so do we", browser.target)) == b"so do we"


def test_another_browser_reads_nothing(browser: Browser) -> None:
    sealed = encrypt(b"secret", browser.target)
    for other in (Browser(ec.generate_private_key(ec.SECP256R1()), browser.secret), Browser(browser.key, b"f" * 16)):
        with pytest.raises(http_ece.ECEException):
            other.open(sealed)


def test_the_same_message_never_looks_the_same(browser: Browser) -> None:
    assert encrypt(b"a", browser.target) != encrypt(b"a", browser.target)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("AAAA", "AAAAAAAAAAAAAAAAAAAAAA"),
        (encode(b"\x04" + b"\x01" * 64), encode(b"a" * 16)),  # not on the curve
        ("not base64!", encode(b"a" * 16)),
    ],
)
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several libraries' words
        keys_of(p256dh, auth)


def test_a_secret_of_another_length_is_refused(browser: Browser) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        keys_of(browser.target.p256dh, encode(b"a" * 15))


def test_the_token_names_the_service_the_contact_and_an_end(vapid: Vapid) -> None:
    header = vapid.authorization("https://push.example:8443")
    said = claims(header)
    assert said["aud"] == "https://push.example:8443"
    assert said["sub"] == SUBJECT
    assert 0 < float(str(said["exp"])) - time.time() <= 24 * 3600, "a longer one is refused (RFC 8292, section 2)"
    assert f"k={vapid.public_key}" in header
    assert Vapid02.verify(header)


def test_a_token_of_another_key_does_not_verify(vapid: Vapid) -> None:
    other = Vapid.from_secret(encode((8).to_bytes(32, "big")), SUBJECT)
    forged = other.authorization("https://push.example").replace(other.public_key, vapid.public_key)
    assert not Vapid02.verify(forged)


def test_the_public_key_is_what_a_browser_takes(vapid: Vapid) -> None:
    assert len(decode(vapid.public_key)) == 65
    assert decode(vapid.public_key)[0] == 4
    assert "=" not in vapid.public_key


@pytest.mark.parametrize("secret", ["", "hello world", "!!!", encode(b"\x00" * 32), encode(b"\xff" * 33)])
def test_what_is_no_private_key_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="VAPID") as caught:
        Vapid.from_secret(secret, SUBJECT)
    assert not secret or secret not in str(caught.value)


def test_the_message_says_what_the_service_worker_shows() -> None:
    told = json.loads(message(wanted(body="one\ntwo")))
    assert told == {
        "id": 7,
        "kind": "reminder",
        "title": "stretch",
        "body": "one\ntwo",
        "due_at": "2026-11-24T17:00:00+00:00",
        "task_id": "t1",
    }


@pytest.mark.parametrize("letter", ["x", "ü", "\n", "😀", '"', "\x01"])
def test_a_long_text_is_cut_to_what_fits(letter: str) -> None:
    body = letter * 5000
    raw = message(wanted(body=body, title="t"))
    told = json.loads(raw)
    assert MAX_PLAINTEXT - 20 < len(raw) <= MAX_PLAINTEXT
    assert told["body"].endswith("…")
    assert body.startswith(told["body"][:-1])
    assert told["title"] == "t"


def test_a_long_title_is_cut_too() -> None:
    raw = message(wanted(title="😀" * 500 + "x" * 3000, body="y" * 3000))
    assert len(raw) <= MAX_PLAINTEXT
    assert json.loads(raw)["title"].endswith("…")


def test_the_topic_is_one_a_push_service_takes() -> None:
    name = topic(wanted(item_id=2**63 - 1))
    assert len(name) <= 32
    assert base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))
