"""Ed25519 keys, written as the C2SP signed-note format writes them: for checkpoints, and for documents.

A public key is one line, `NAME+HASH+BASE64`: a name without spaces or plus signs, eight hexadecimal digits that tie
name and key together, and the algorithm byte 0x01 with the 32 bytes of the key (RFC 8032). A signing key is the same
line with `PRIVATE+KEY+` before it and the 32-byte seed in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from otear.errors import InputError

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True)
class PublicKey:
    """A name and the 32 bytes of an Ed25519 public key."""

    name: str
    raw: bytes

    @cached_property
    def short_hash(self) -> bytes:
        """The four bytes that stand before a signature in a note and say which key made it."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def key_id(self) -> str:
        """What the key is called in registries: `k-` and the first 16 hexadecimal digits of its SHA-256."""
        return f"k-{hashlib.sha256(self.raw).hexdigest()[:16]}"

    @property
    def text(self) -> str:
        """The line that a registry or a verifier is given."""
        return f"{self.name}+{self.short_hash.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A name and an Ed25519 private key."""

    name: str
    private: Ed25519PrivateKey

    @cached_property
    def public(self) -> PublicKey:
        """The key that others verify with."""
        return PublicKey(self.name, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def text(self) -> str:
        """The line to keep secret."""
        seed = self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return f"{_PRIVATE}{self.name}+{self.public.short_hash.hex()}+{base64.b64encode(_ED25519 + seed).decode()}"

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature (deterministic, RFC 8032)."""
        return self.private.sign(message)


def new_key(name: str, seed: bytes) -> SigningKey:
    """A key of this name from 32 random bytes. Raises `InputError` for a name that a note cannot carry."""
    _check_name(name, source=None)
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(seed))


def public_key(text: str, source: str | Path | None = None) -> PublicKey:
    """Read a public key's line. Raises `InputError` naming `source`."""
    name, short_hash, raw = _fields(text.strip(), "a public key", source)
    key = PublicKey(name, raw)
    _check_hash(key, short_hash, source)
    return key


def signing_key(text: str, source: str | Path | None = None) -> SigningKey:
    """Read a signing key's line. Raises `InputError` naming `source`."""
    line = text.strip()
    if not line.startswith(_PRIVATE):
        raise InputError(
            "is not a signing key: it does not begin with PRIVATE+KEY+",
            source=source,
            remedy="Give the file that `otear key new` wrote, not its .pub",
        )
    name, short_hash, seed = _fields(line[len(_PRIVATE) :], "a signing key", source)
    key = SigningKey(name, Ed25519PrivateKey.from_private_bytes(seed))
    _check_hash(key.public, short_hash, source)
    return key


def _fields(line: str, what: str, source: str | Path | None) -> tuple[str, str, bytes]:
    parts = line.split("+", 2)
    try:
        name, short_hash, encoded = parts
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InputError(
            f"is not {what}: it is not written NAME+HASH+BASE64",
            source=source,
            remedy="Give one line as `otear key new` writes it",
        ) from error
    _check_name(name, source)
    if len(data) != 33 or data[:1] != _ED25519:
        raise InputError(
            f"is not {what}: it does not hold 32 bytes of Ed25519",
            source=source,
            remedy="Make one with `otear key new`",
        )
    return name, short_hash, data[1:]


def _check_name(name: str, source: str | Path | None) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"a key cannot be called {name!r}", source=source, field="name", remedy="Use no spaces and no plus signs"
        )


def _check_hash(key: PublicKey, short_hash: str, source: str | Path | None) -> None:
    if key.short_hash.hex() != short_hash:
        raise InputError(
            f"the key's name, hash and bytes do not belong together: the hash of these is {key.short_hash.hex()}",
            source=source,
            remedy="Ask its owner for the whole line again",
        )
