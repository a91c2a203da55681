"""What the tests of documents share: the example bundles and keys, and bundles made from documents."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from otear.authority.documents import Bundle, read_bundle
from otear.authority.registry import KeyRole, RegisteredKey, Registry
from otear.authority.signatures import canonical, sha256, sign, signature_text
from otear.authority.strict_yaml import read_mapping
from otear.domain.authority import Revocation
from otear.ledger.keys import SigningKey, signing_key

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
SCRIPT = EXAMPLES.parents[1] / "scripts" / "make_examples.py"
NOW_US = 1_770_000_000_000_000
"""2026-02-02T02:40:00Z."""
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Standings:
    """A standing that holds what it is told."""

    revoked: Mapping[str, Revocation] = field(default_factory=dict)

    def revocation(self, authority_id: str) -> Revocation | None:
        return self.revoked.get(authority_id)


def key(name: str) -> SigningKey:
    path = EXAMPLES / "keys" / f"{name}.key"
    return signing_key(path.read_text(encoding="utf-8"), path)


HOST, HOST_USA, PROGRAMME, WITNESS = map(
    key, ("host-example", "host-usa-example", "programme-example", "witness-example")
)


def entry(signer: SigningKey, role: KeyRole, holder: str, **others: Any) -> RegisteredKey:
    return RegisteredKey(signer.public, role, holder, **{"added_us": 0, "not_before_us": 0, **others})


def registry_of(*entries: RegisteredKey) -> Registry:
    return Registry({registered.key_id: registered for registered in entries})


REGISTRY = registry_of(
    entry(HOST, KeyRole.HOST, "MEX"),
    entry(HOST_USA, KeyRole.HOST, "USA"),
    entry(PROGRAMME, KeyRole.PROGRAMME, "Example programme"),
    entry(WITNESS, KeyRole.WITNESS, "Example witness"),
)


def parts(name: str = "sinaloa") -> dict[str, Any]:
    """The example bundle as plain data that a test may change."""
    path = EXAMPLES / f"authority-{name}.yaml"
    return json.loads(json.dumps(read_mapping(path.read_text(encoding="utf-8"), path)))


def signed(
    authorization: Mapping[str, Any] | None,
    approval: Mapping[str, Any] | None,
    host: SigningKey = HOST,
    programme: SigningKey = PROGRAMME,
) -> Bundle:
    """A bundle of these documents, the approval made to be of this authorization."""
    whole: dict[str, Any] = {"signatures": []}
    if authorization is not None:
        whole["authorization"] = authorization
        whole["signatures"].append(_entry(authorization, host))
    if approval is not None:
        approval = dict(approval)
        if authorization is not None:
            approval["authorization_sha256"] = sha256(canonical(authorization))
        whole["approval"] = approval
        whole["signatures"].append(_entry(approval, programme))
    return read_bundle(json.dumps(whole))


def _entry(document: Mapping[str, Any], signer: SigningKey) -> dict[str, str]:
    made = sign(document, signer)
    return {"over": made.over.value, "key": made.key_id, "signature": signature_text(made.signature)}


def make_examples(folder: Path) -> None:
    """Run scripts/make_examples.py on a folder."""
    runpy.run_path(str(SCRIPT))["make"](folder)
