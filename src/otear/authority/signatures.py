"""What is hashed and signed: the canonical form of a document (RFC 8785), and Ed25519 signatures over it.

A document is first read to JSON's types (`otear.authority.strict_yaml`): comments, quoting, the order of keys and the
way a number is spelled (`90`, `90.0`, `9e1`) are not part of it; everything else is, character by character. Times
stay the text that was given: the same moment written in another zone is another document. Text is not normalised
(RFC 8785 section 3.1). Numbers are IEEE 754 doubles.

A signature is made over the document's format and a line feed, then its canonical form, so that a signature over one
kind of document is none over another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import rfc8785

from otear.errors import InputError
from otear.ledger.keys import SigningKey

SIGNATURE_BYTES = 64


class Part(StrEnum):
    """The documents of a bundle."""

    AUTHORIZATION = "authorization"
    APPROVAL = "approval"

    @property
    def document_format(self) -> str:
        """What stands under `format` in such a document, and before it in what is signed."""
        return f"otear-{self.value}/1"


@dataclass(frozen=True)
class Signature:
    """A key's signature over one of the two documents of a bundle."""

    over: Part
    key_id: str
    signature: bytes


def canonical(document: Mapping[str, Any]) -> bytes:
    """The canonical form of a document. Raises `InputError` for what JSON cannot hold exactly."""
    try:
        return rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise InputError(
            f"cannot be written in the canonical form that is signed: {error}",
            remedy="Use finite numbers, whole ones below 2^53, and text of whole characters",
        ) from error


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def signed_message(document_format: str, content: bytes) -> bytes:
    """The bytes that a signature over a document of this format and canonical form is made over."""
    return document_format.encode() + b"\n" + content


def sign(document: Mapping[str, Any], key: SigningKey) -> Signature:
    """Sign an authorization or an approval. Raises `InputError` for a document that is neither."""
    over = next((part for part in Part if part.document_format == document.get("format")), None)
    if over is None:
        raise InputError(
            f"is no document that can be signed: its format is {document.get('format')!r}",
            field="format",
            remedy=f"Write {' or '.join(part.document_format for part in Part)}",
        )
    return Signature(over, key.public.key_id, key.sign(signed_message(over.document_format, canonical(document))))


def signature_text(signature: bytes) -> str:
    """A signature as files carry it: base64 (RFC 4648)."""
    return base64.b64encode(signature).decode()


def signature_bytes(text: str) -> bytes | None:
    """The 64 bytes of a signature that a file carries; None unless it is written exactly as `signature_text` does."""
    try:
        signature = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return signature if len(signature) == SIGNATURE_BYTES and signature_text(signature) == text else None
