"""A checkpoint says how many entries a log has and what their root is: C2SP tlog-checkpoint in a C2SP signed note.

    ORIGIN                       name of the log; here always the name of the key that signs it
    SIZE                         number of entries, decimal
    BASE64                       root, 32 bytes

    — NAME BASE64                signature of the log, and below it those of witnesses

A signature's base64 holds four bytes that say which key made it, then what that key signed: the log signs the three
lines (Ed25519, type 0x01); a witness signs the time as well (C2SP tlog-cosignature, type 0x04), and thereby states
that this is the largest checkpoint it has seen and consistent with all before it. Lines of unknown keys count for
nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from otear.errors import InputError
from otear.ledger.keys import PublicKey, SigningKey
from otear.ledger.merkle import HASH_BYTES

_COSIGNATURE = b"\x04"
_LARGEST_NOTE = 1 << 18  # 16 signatures, which every verifier must accept, of any size in use fit many times
_BODY = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LARGEST_TIME_S = 2**63 - 1


@dataclass(frozen=True)
class Checkpoint:
    """`root` is the 32 bytes of the tree's root over the first `size` entries of the log called `origin`."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Signature:
    """A line under a note: `key_hash` is four bytes, `data` what follows them."""

    name: str
    key_hash: bytes
    data: bytes

    @property
    def line(self) -> str:
        """As it stands in the note."""
        return f"— {self.name} {base64.b64encode(self.key_hash + self.data).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A checkpoint and the signatures under it, none of them checked."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> str:
        """The note as it is written."""
        return self.checkpoint.body + "\n" + "".join(signature.line for signature in self.signatures)


@dataclass(frozen=True)
class Cosignature:
    """That the witness of this name saw a checkpoint at this time on its own clock, in whole seconds."""

    witness: str
    time_us: int


@dataclass(frozen=True)
class Verified:
    """A checkpoint that its log signed, and who else is known to have signed it: one line per witness, the latest."""

    checkpoint: Checkpoint
    witnesses: tuple[Cosignature, ...]
    unknown: int
    """Signature lines of keys that the verifier does not hold: they say nothing to it."""


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The log's own note. Raises `InputError` where the key has another name than the log."""
    if checkpoint.origin != key.name:
        raise InputError(
            f"the log {checkpoint.origin!r} cannot be signed with the key of {key.name!r}",
            remedy="Give the key that bears the log's name",
        )
    signature = Signature(key.name, key.public.short_hash, key.sign(checkpoint.body.encode()))
    return Note(checkpoint, (signature,)).text


def cosign(note: str, key: SigningKey, time_us: int) -> str:
    """The note with a witness's line added: this witness saw it at this time (cut to whole seconds).

    Says nothing about what the witness checked: `witness.cosign_checked` does. Raises `InputError` for what is no
    checkpoint note, and for a time before 1970.
    """
    parsed = read_note(note)
    time_s = time_us // 1_000_000
    if not 0 <= time_s <= _LARGEST_TIME_S:
        raise InputError(f"{time_us} is no time that a witness can state", field="time_us", remedy="Set the clock")
    stamp = time_s.to_bytes(8, "big")
    signed = key.sign(_cosigned(time_s, parsed.checkpoint))
    signature = Signature(key.name, _cosigner_hash(key.public), stamp + signed)
    return Note(parsed.checkpoint, (*parsed.signatures, signature)).text


def merged(note: str, other: str) -> str:
    """One note with the signatures of both, each once. Raises `InputError` where they are of different checkpoints."""
    one, two = read_note(note), read_note(other)
    if one.checkpoint != two.checkpoint:
        raise InputError("the two notes are of different checkpoints", remedy="Give two notes of the same checkpoint")
    return Note(one.checkpoint, tuple(dict.fromkeys(one.signatures + two.signatures))).text


def verified(
    note: str, log_key: PublicKey, witnesses: Sequence[PublicKey] = (), *, source: str | Path | None = None
) -> Verified:
    """The checkpoint of a note that the log's key signed, with the known witnesses that signed it too.

    As the signed-note specification has it, signatures of keys other than these are passed over, and one false
    signature of a known key discredits the note. Raises `InputError` naming the key and `source`.
    """
    if any(witness.raw == log_key.raw for witness in witnesses):
        raise InputError(
            "the witness's key is the log's own", source=source, remedy="Name a witness that is not the log"
        )
    parsed = read_note(note, source=source)
    body = parsed.checkpoint.body.encode()
    cosigners = {(witness.name, _cosigner_hash(witness)): witness for witness in witnesses}
    signed, unknown = False, 0
    seen: dict[str, int] = {}
    for signature in parsed.signatures:
        known = (signature.name, signature.key_hash)
        if known == (log_key.name, log_key.short_hash):
            if not log_key.verifies(body, signature.data):
                raise _false_signature(f"the log {log_key.name!r}", source)
            signed = True
        elif known in cosigners:
            time_s = int.from_bytes(signature.data[:8], "big")
            message = _cosigned(time_s, parsed.checkpoint)
            if not cosigners[known].verifies(message, signature.data[8:]) or time_s > _LARGEST_TIME_S:
                raise _false_signature(f"the witness {signature.name!r}", source)
            seen[signature.name] = max(time_s * 1_000_000, seen.get(signature.name, 0))
        else:
            unknown += 1
    if not signed:
        raise InputError(
            f"the checkpoint is not signed with the key of the log {log_key.name!r} ({log_key.key_id})",
            source=source,
            remedy="Ask for a checkpoint of this log, or check that you hold the right key",
        )
    if parsed.checkpoint.origin != log_key.name:
        raise InputError(
            f"the checkpoint is of the log {parsed.checkpoint.origin!r}, not of {log_key.name!r}",
            source=source,
            remedy="Ask for a checkpoint of this log",
        )
    witnessed = tuple(Cosignature(name, time_us) for name, time_us in seen.items())
    return Verified(parsed.checkpoint, witnessed, unknown)


def read_note(text: str, source: str | Path | None = None) -> Note:
    """Take a note apart. Raises `InputError` naming `source` for one that is not a checkpoint of three lines."""
    if len(text) > _LARGEST_NOTE:
        raise _no_note("it is too long", source)
    if _CONTROLS.search(text):
        raise _no_note("it holds control characters, as files with Windows line ends do", source)
    body, separator, signatures = text.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or lines.pop() != "" or not lines:
        raise _no_note("it does not end in a blank line and lines of signatures", source)
    return Note(_checkpoint(body + "\n", source), tuple(_signature(line, source) for line in lines))


def _checkpoint(body: str, source: str | Path | None) -> Checkpoint:
    match = _BODY.fullmatch(body)
    if not match:
        raise _no_note("it does not begin with the three lines origin, size and root", source)
    root = _base64(match[3], source)
    if len(root) != HASH_BYTES:
        raise _no_note(f"its root has {len(root)} bytes, not {HASH_BYTES}", source)
    checkpoint = Checkpoint(match[1], int(match[2]), root)
    try:
        checkpoint.body.encode()
    except UnicodeEncodeError as error:
        raise _no_note("it is not valid Unicode", source) from error
    return checkpoint


def _signature(line: str, source: str | Path | None) -> Signature:
    match = _SIGNATURE.fullmatch(line)
    data = _base64(match[2], source) if match else b""
    if not match or len(data) < 5:
        raise _no_note(f"the line {line!r:.60} is not a signature", source)
    return Signature(match[1], data[:4], data[4:])


def _base64(text: str, source: str | Path | None) -> bytes:
    """Strictly: of the several texts that stand for the same bytes only the canonical one."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _no_note(f"{text!r:.60} is not base64", source) from error
    if base64.b64encode(data).decode() != text:
        raise _no_note(f"{text!r:.60} is not base64 in its canonical form", source)
    return data


def _cosigned(time_s: int, checkpoint: Checkpoint) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{checkpoint.body}".encode()


def _cosigner_hash(key: PublicKey) -> bytes:
    return hashlib.sha256(key.name.encode() + b"\n" + _COSIGNATURE + key.raw).digest()[:4]


def _no_note(why: str, source: str | Path | None) -> InputError:
    return InputError(
        f"is not a signed checkpoint: {why}",
        source=source,
        remedy="Give the note as `otear ledger checkpoint` wrote it, byte for byte",
    )


def _false_signature(whose: str, source: str | Path | None) -> InputError:
    return InputError(
        f"the signature of {whose} does not belong to this checkpoint: one of the two was changed",
        source=source,
        remedy="Ask for the checkpoint again; do not rely on this one",
    )
