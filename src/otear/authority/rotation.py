"""Rotation: a key names the key that signs in its place from now on, and signs that it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import StringConstraints

from otear.authority.document_refusals import ROTATION, bad_signature, not_yet_issued
from otear.authority.registry import KeyRole, RegisteredKey, Registry, registered
from otear.authority.schema_types import Closed, Instant, validated
from otear.authority.signatures import canonical, signature_bytes, signature_text, signed_message
from otear.authority.strict_yaml import Source, read_mapping
from otear.errors import InputError
from otear.ledger.keys import PublicKey, SigningKey, public_key

FORMAT = "otear-key-rotation/1"

KeyId = Annotated[str, StringConstraints(pattern=r"^k-[0-9a-f]{16}$")]


@dataclass(frozen=True)
class Rotation:
    """`old_key_id` hands over to `new`. `content` is the canonical form that the old key signed."""

    old_key_id: str
    new: PublicKey
    issued_us: int
    content: bytes
    signature: bytes


class _StatementModel(Closed):
    format: Literal["otear-key-rotation/1"]
    old: KeyId
    new: str
    issued: Instant


class _FileModel(Closed):
    rotation: dict[str, str]
    signature: str


def rotation_text(old: SigningKey, new: PublicKey, issued: str) -> str:
    """A rotation statement as canonical JSON. `issued` is a time of ISO 8601 with its zone."""
    statement = {"format": FORMAT, "old": old.public.key_id, "new": new.text, "issued": issued}
    signature = old.sign(signed_message(FORMAT, canonical(statement)))
    return canonical({"rotation": statement, "signature": signature_text(signature)}).decode() + "\n"


def read_rotation(text: str, source: Source = None) -> Rotation:
    """Read a rotation statement, YAML or JSON. Raises `InputError`; its signature is not checked here."""
    file = validated(_FileModel, canonical(read_mapping(text, source)), source)
    content = canonical(file.rotation)
    statement = validated(_StatementModel, content, source, ("rotation",))
    signature = signature_bytes(file.signature)
    if signature is None:
        raise InputError(
            "is not 64 bytes in base64", source=source, field="signature", remedy="Ask for the statement again"
        )
    return Rotation(statement.old, public_key(statement.new, source), statement.issued, content, signature)


def rotated(registry: Registry, rotation: Rotation, now_us: int) -> Registry:
    """With the old key out of use from now on and the new one in its place.

    The new key has the old one's role and holder, and ends when the old one would have ended: a key cannot lengthen
    the trust put in it. Raises `RefusedError` for an old key that may not sign now or did not sign this, and for a
    statement dated later than now; `InputError` for a new key that is registered already.
    """
    role = registry.keys[rotation.old_key_id].role if rotation.old_key_id in registry.keys else KeyRole.HOST
    registry.signer(rotation.old_key_id, role, now_us).enforce()
    old = registry[rotation.old_key_id]
    if not old.key.verifies(signed_message(FORMAT, rotation.content), rotation.signature):
        bad_signature(ROTATION, old.key_id).enforce()
    if rotation.issued_us > now_us:
        not_yet_issued(ROTATION, rotation.issued_us).enforce()
    with_new = registered(
        registry, RegisteredKey(rotation.new, old.role, old.holder, now_us, now_us, not_after_us=old.not_after_us)
    )
    retired = replace(old, not_after_us=now_us, replaced_by=rotation.new.key_id)
    return Registry({**with_new.keys, old.key_id: retired})
