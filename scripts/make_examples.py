"""Make the example keys, approvals and signed bundles in docs/examples from the authorizations that are there.

    python scripts/make_examples.py [FOLDER]

The same authorizations give the same bytes. The keys come from seeds that stand below for everyone to read: they are
examples, and nobody may trust what they signed.
"""

from __future__ import annotations

import argparse
import hashlib
import textwrap
from dataclasses import dataclass
from pathlib import Path

from otear.authority.signatures import canonical, sha256, sign, signature_text
from otear.authority.strict_yaml import read_mapping
from otear.ledger.keys import SigningKey, new_key

KEYS = ("host-example", "host-usa-example", "programme-example", "witness-example")
_EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
_WARNING = "# EXAMPLE, made by scripts/make_examples.py. Its signing keys are public: nobody may trust it.\n"


@dataclass(frozen=True)
class Example:
    """A fictional authority: who signs for the host, and what the programme says."""

    name: str
    host_key: str
    title_en: str
    title_es: str
    issued: str
    start: str


EXAMPLES = (
    Example(
        "sinaloa",
        "host-example",
        "Example: approval of the survey of the foothills of Sinaloa",
        "Ejemplo: aprobación del reconocimiento de las estribaciones de Sinaloa",
        "2023-12-15T12:00:00Z",
        "2024-01-01T00:00:00Z",
    ),
    Example(
        "huntsville",
        "host-usa-example",
        "Example: approval of the survey around Huntsville",
        "Ejemplo: aprobación del reconocimiento en torno a Huntsville",
        "2011-12-15T12:00:00Z",
        "2012-01-01T00:00:00Z",
    ),
)


def example_key(name: str) -> SigningKey:
    """One of the example keys, from a seed that is no secret."""
    seed = hashlib.sha256(f"otear example key, not secret: {name}".encode()).digest()
    return new_key(f"EXAMPLE-DO-NOT-TRUST/{name}", seed)


def approval_text(example: Example, authorization_sha256: str) -> str:
    """The programme's approval as YAML."""
    return f"""\
format: otear-approval/1
authorization_sha256: "{authorization_sha256}"
approved_by: Director of the example programme
title:
  en: "{example.title_en}"
  es: "{example.title_es}"
issued: {example.issued}
window: {{start: {example.start}, end: 2036-01-01T00:00:00Z}}
review_by: 2035-06-30T00:00:00Z
conditions:
  - en: Recordings are released only after a second person has looked at them.
    es: Las grabaciones se entregan solo después de que las revise una segunda persona.
"""


def bundle_yaml(authorization: str, approval: str, host: SigningKey, programme: SigningKey) -> str:
    """Both documents, as they were written, and a signature over each."""
    signatures = [sign(read_mapping(authorization), host), sign(read_mapping(approval), programme)]
    lines = [
        f"  - over: {entry.over}\n    key: {entry.key_id}\n    signature: {signature_text(entry.signature)}\n"
        for entry in signatures
    ]
    return (
        f"{_WARNING}authorization:\n{textwrap.indent(authorization, '  ')}\n"
        f"approval:\n{textwrap.indent(approval, '  ')}\nsignatures:\n{''.join(lines)}"
    )


def make(folder: Path) -> None:
    """Write everything but the authorizations themselves into `folder`, which holds them."""
    (folder / "keys").mkdir(exist_ok=True)
    for name in KEYS:
        key = example_key(name)
        (folder / "keys" / f"{name}.key").write_text(f"{key.text}\n", encoding="utf-8")
        (folder / "keys" / f"{name}.pub").write_text(f"{key.public.text}\n", encoding="utf-8")
    for example in EXAMPLES:
        authorization = (folder / f"authorization-{example.name}.yaml").read_text(encoding="utf-8")
        approval = approval_text(example, sha256(canonical(read_mapping(authorization))))
        (folder / f"approval-{example.name}.yaml").write_text(_WARNING + approval, encoding="utf-8")
        bundle = bundle_yaml(authorization, approval, example_key(example.host_key), example_key("programme-example"))
        (folder / f"authority-{example.name}.yaml").write_text(bundle, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=_EXAMPLES)
    make(parser.parse_args().folder)


if __name__ == "__main__":
    main()
