"""A host's authorization and the programme's approval, from a signed file to an `Authority`.

A bundle is YAML or JSON: `{authorization: {…}, approval: {…}, signatures: [{over, key, signature}]}`. Every signature
in it must hold, and each document needs one: the authorization a host's key of that very nation, the approval a
programme's key.

`continues` names the authority that a bundle succeeds: on an authorization that the host renews, or on a new approval
of the same authorization, by a new administration say. Where both give it the approval's counts, and what the
authorization continues must be part of its history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import StringConstraints

from otear.authority import document_refusals as refusals
from otear.authority import schema
from otear.authority.registry import KeyRole, Registry
from otear.authority.schema_types import Closed, validated
from otear.authority.signatures import (
    Part,
    Signature,
    canonical,
    sha256,
    signature_bytes,
    signature_text,
    signed_message,
)
from otear.authority.strict_yaml import Source, read_mapping
from otear.authority.terms import NOW, dates_hold
from otear.authority.unarmed import refuse_armed
from otear.domain.authority import Approval, Authority, Authorization, Standing
from otear.domain.decision import Decision
from otear.errors import InputError

Noun = TypeVar("Noun", Authorization, Approval)

_ROLES = {Part.AUTHORIZATION: KeyRole.HOST, Part.APPROVAL: KeyRole.PROGRAMME}
_PROSE = {"title", "conditions", "recipients", "reference", "approved_by"}
_NAMED = {"volumes", "exclusions"}
"""Words for people, in which a host may well say what an aircraft must not carry or cite a law on arms, and what people
and places are called (Armas, Granada): those, and the `name` of whatever has one in the lists of `_NAMED`."""
_NAMES = {Part.AUTHORIZATION: refusals.AUTHORIZATION, Part.APPROVAL: refusals.APPROVAL}


@dataclass(frozen=True)
class Document(Generic[Noun]):
    """A document in its canonical form, and what it says."""

    content: bytes
    noun: Noun

    @property
    def sha256(self) -> str:
        """The hash of the canonical form, in hexadecimal."""
        return sha256(self.content)


@dataclass(frozen=True)
class Bundle:
    """What an authority is made of, as it was handed in: read, and not yet believed."""

    authorization: Document[Authorization] | None
    approval: Document[Approval] | None
    signatures: tuple[Signature, ...]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys that the bundle rests on: `otear.authority.registry.fallen_key` says whether they all stand."""
        return tuple(sorted({signature.key_id for signature in self.signatures}))

    @property
    def continues(self) -> str | None:
        """The authority that the bundle says it succeeds, None without one."""
        said = (document.noun.continues for document in (self.approval, self.authorization) if document is not None)
        return next((authority_id for authority_id in said if authority_id is not None), None)


class _SignatureModel(Closed):
    over: Part
    key: Annotated[str, StringConstraints(pattern=r"^k-[0-9a-f]{16}$")]
    signature: str


class _BundleModel(Closed):
    authorization: dict[str, Any] | None = None
    approval: dict[str, Any] | None = None
    signatures: tuple[_SignatureModel, ...] = ()


def read_bundle(text: str, source: Source = None) -> Bundle:
    """Read a bundle, YAML or JSON: its syntax and what its documents say, not whether it may be believed.

    Raises `InputError` naming `source` and the field, `RefusedError` (`unarmed`) for documents that speak of anything
    but an unarmed survey.
    """
    content = canonical(read_mapping(text, source))
    model = validated(_BundleModel, content, source)
    parts = json.loads(content)
    return Bundle(
        _document(parts, Part.AUTHORIZATION, schema.authorization, source),
        _document(parts, Part.APPROVAL, schema.approval, source),
        tuple(_signature(signature, index, source) for index, signature in enumerate(model.signatures)),
    )


def bundle_text(bundle: Bundle) -> str:
    """A bundle as canonical JSON, one line: what is stored, and what `read_bundle` reads back as the same bundle."""
    parts: dict[str, Any] = {
        "signatures": [
            {"over": entry.over.value, "key": entry.key_id, "signature": signature_text(entry.signature)}
            for entry in bundle.signatures
        ]
    }
    for part, document in ((Part.AUTHORIZATION, bundle.authorization), (Part.APPROVAL, bundle.approval)):
        if document is not None:
            parts[part.value] = json.loads(document.content)
    return canonical(parts).decode() + "\n"


def verified(
    bundle: Bundle, registry: Registry, now_us: int, standing: Standing, known: Mapping[str, Authority]
) -> Authority:
    """The authority that a bundle grants, where it may be believed now. `known` are the authorities already held.

    Raises `RefusedError`: each way in which a bundle fails has its own rule (`OF_DOCUMENTS` and `OF_KEYS` of
    `otear.authority.rules`, and those of dates).
    """
    authorization, approval = _signed(bundle, registry, lambda key_id, role: registry.signer(key_id, role, now_us))
    _check_dates(authorization.noun, approval.noun, now_us)
    return _authority(authorization, approval, standing, known)


def restored(
    bundle: Bundle, registry: Registry, imported_us: int, standing: Standing, known: Mapping[str, Authority]
) -> Authority:
    """The authority of a stored bundle that was imported at `imported_us`, and verified then.

    Its signatures must hold and its keys must have been trusted when it was imported. Not refused are documents past
    their dates, which every decision checks, and keys that were revoked since, which `standing` tells. Raises
    `RefusedError` as `verified` does.
    """
    authorization, approval = _signed(
        bundle, registry, lambda key_id, role: registry.trusted(key_id, role, imported_us)
    )
    return _authority(authorization, approval, standing, known)


def _document(
    parts: Mapping[str, Any], part: Part, read: Callable[[bytes, Source, tuple[str, ...]], Noun], source: Source
) -> Document[Noun] | None:
    if part.value not in parts:
        return None
    refuse_armed(_terms(parts[part.value]), _NAMES[part])
    content = canonical(parts[part.value])
    return Document(content, read(content, source, (part.value,)))


def _terms(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without its words for people. What is no list of mappings is left for the schema to refuse."""
    terms = {key: value for key, value in document.items() if key not in _PROSE}
    for key in _NAMED & terms.keys():
        if isinstance(terms[key], list):
            terms[key] = [
                {name: value for name, value in item.items() if name != "name"} if isinstance(item, dict) else item
                for item in terms[key]
            ]
    return terms


def _signature(model: _SignatureModel, index: int, source: Source) -> Signature:
    signature = signature_bytes(model.signature)
    if signature is None:
        raise InputError(
            "is not 64 bytes in base64",
            source=source,
            field=f"signatures[{index}].signature",
            remedy="Copy it whole from whoever signed",
        )
    return Signature(model.over, model.key, signature)


def _signed(
    bundle: Bundle, registry: Registry, judge: Callable[[str, KeyRole], Decision]
) -> tuple[Document[Authorization], Document[Approval]]:
    """Both documents, once every signature was found to be good and the approval to be of this authorization."""
    authorization, approval = bundle.authorization, bundle.approval
    if authorization is None:
        raise refusals.no_authorization().refusal()
    if approval is None:
        raise refusals.no_approval().refusal()
    for part, content in ((Part.AUTHORIZATION, authorization.content), (Part.APPROVAL, approval.content)):
        signatures = [signature for signature in bundle.signatures if signature.over is part]
        if not signatures:
            refusals.unsigned(_NAMES[part]).enforce()
        for signature in signatures:
            judge(signature.key_id, _ROLES[part]).enforce()
            entry = registry[signature.key_id]
            if part is Part.AUTHORIZATION and entry.holder != authorization.noun.host:
                refusals.key_of_another_host(entry.key_id, entry.holder, authorization.noun.host).enforce()
            if not entry.key.verifies(signed_message(part.document_format, content), signature.signature):
                refusals.bad_signature(_NAMES[part], entry.key_id).enforce()
    if approval.noun.authorization_sha256 != authorization.sha256:
        refusals.approval_of_another_document(approval.noun.authorization_sha256, authorization.sha256).enforce()
    return authorization, approval


def _check_dates(authorization: Authorization, approval: Approval, now_us: int) -> None:
    for name, issued_us in ((refusals.AUTHORIZATION, authorization.issued_us), (refusals.APPROVAL, approval.issued_us)):
        if issued_us > now_us:
            refusals.not_yet_issued(name, issued_us).enforce()
    dates_hold(authorization, approval, now_us, NOW).enforce()


def _authority(
    authorization: Document[Authorization],
    approval: Document[Approval],
    standing: Standing,
    known: Mapping[str, Authority],
) -> Authority:
    full = sha256(f"otear-authority/1\n{authorization.sha256}\n{approval.sha256}".encode())
    before = _before(authorization.noun, approval.noun, known)
    return Authority(f"a-{full[:16]}", full, authorization.noun, approval.noun, standing, before)


def _before(authorization: Authorization, approval: Approval, known: Mapping[str, Authority]) -> tuple[Authority, ...]:
    """The authority that is continued and those before it, newest first."""
    continues = approval.continues or authorization.continues
    if continues is None:
        return ()
    if continues not in known:
        raise refusals.unknown_predecessor(continues).refusal()
    predecessor = known[continues]
    if predecessor.authorization.host != authorization.host:
        refusals.predecessor_of_another_host(continues, predecessor.authorization.host, authorization.host).enforce()
    before = (predecessor, *predecessor.before)
    if authorization.continues not in {None, *(authority.authority_id for authority in before)}:
        refusals.contradicting_predecessors(str(authorization.continues), continues).enforce()
    return before
