"""The keys that are trusted, for what, from when until when.

A key signs in one role only: who registers a host's key for that host cannot approve with it. A key that was rotated
out signs nothing new, and what it signed before stays; a key that was revoked brings down what it signed. Registries
are values: changing one gives a new one. Times are microseconds since 1970-01-01Z.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from otear.authority.reasons import moment, said
from otear.domain.authority import Revocation
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed, refused
from otear.errors import InputError, NotFoundError
from otear.ledger.keys import PublicKey


class KeyRole(StrEnum):
    """What a key is trusted to sign."""

    HOST = "host"
    """Authorizations of one nation."""
    PROGRAMME = "programme"
    """The programme's approvals."""
    WITNESS = "witness"
    """Checkpoints of the ledger."""
    RECIPIENT = "recipient"
    """Receipts and outcomes."""


_ROLES = {
    KeyRole.HOST: Bilingual("a host nation", "un Estado anfitrión"),
    KeyRole.PROGRAMME: Bilingual("the programme", "el programa"),
    KeyRole.WITNESS: Bilingual("a witness", "un testigo"),
    KeyRole.RECIPIENT: Bilingual("a recipient", "un destinatario"),
}


@dataclass(frozen=True)
class RegisteredKey:
    """A public key and the trust put in it.

    `holder` of a host's key is the ISO 3166-1 alpha-3 code of the nation, else the name of the organisation. It signs
    from `not_before_us` until just before `not_after_us` (None: for as long as it is not rotated out or revoked).
    """

    key: PublicKey
    role: KeyRole
    holder: str
    added_us: int
    not_before_us: int
    not_after_us: int | None = None
    revoked_us: int | None = None
    revoked_by: str = ""
    revoked_because: str = ""
    replaced_by: str | None = None

    @property
    def key_id(self) -> str:
        """What the key is called in the registry."""
        return self.key.key_id


@dataclass(frozen=True)
class Registry:
    """Registered keys by their `key_id`."""

    keys: Mapping[str, RegisteredKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    def __getitem__(self, key_id: str) -> RegisteredKey:
        """Raises `NotFoundError` for a key that is not registered."""
        if key_id not in self.keys:
            raise NotFoundError(f"no key {key_id} is registered", field="key", remedy="List the keys that are")
        return self.keys[key_id]

    def signer(self, key_id: str, role: KeyRole, now_us: int) -> Decision:
        """Whether this key may sign in this role now."""
        decision = self.trusted(key_id, role, now_us)
        if decision.rule in {"unknown_key", "wrong_key_role"}:
            return decision
        entry = self.keys[key_id]
        if entry.revoked_us is None:
            return decision
        when = moment(entry.revoked_us)
        return refused(
            "key_revoked",
            Bilingual(
                f"key {key_id} of {entry.holder} was revoked at {when}{said(entry.revoked_because)}",
                f"la llave {key_id} de {entry.holder} fue revocada el {when}{said(entry.revoked_because)}",
            ),
            Bilingual("it were signed with a key that stands", "se firmara con una llave vigente"),
        )

    def trusted(self, key_id: str, role: KeyRole, at_us: int) -> Decision:
        """Whether this key was trusted to sign in this role at some time, whatever became of it later."""
        entry = self.keys.get(key_id)
        if entry is None:
            return refused(
                "unknown_key",
                Bilingual(f"key {key_id} is not registered", f"la llave {key_id} no está registrada"),
                Bilingual(
                    "an administrator registered that key after checking with its holder whose it is",
                    "un administrador registrara esa llave tras confirmar con su titular de quién es",
                ),
            )
        if entry.role is not role:
            has, needs = _ROLES[entry.role], _ROLES[role]
            return refused(
                "wrong_key_role",
                Bilingual(
                    f"key {key_id} is registered to sign for {has.en}, not for {needs.en}",
                    f"la llave {key_id} está registrada para firmar por {has.es}, no por {needs.es}",
                ),
                Bilingual(f"the key of {needs.en} signed it", f"firmara la llave de {needs.es}"),
            )
        if at_us < entry.not_before_us:
            return _out_of_date(
                entry,
                Bilingual(
                    f"signs only from {moment(entry.not_before_us)} on",
                    f"firma solo a partir del {moment(entry.not_before_us)}",
                ),
            )
        if entry.not_after_us is not None and at_us >= entry.not_after_us:
            when = moment(entry.not_after_us)
            if entry.replaced_by is None:
                return _out_of_date(entry, Bilingual(f"expired at {when}", f"venció el {when}"))
            return _out_of_date(
                entry,
                Bilingual(
                    f"was replaced by {entry.replaced_by} at {when}",
                    f"fue sustituida por {entry.replaced_by} el {when}",
                ),
            )
        return allowed(
            "key_trusted",
            f"key {key_id} is registered for {entry.holder}",
            f"la llave {key_id} está registrada a nombre de {entry.holder}",
        )


def _out_of_date(entry: RegisteredKey, because: Bilingual) -> Decision:
    return refused(
        "expired_key",
        Bilingual(
            f"key {entry.key_id} of {entry.holder} {because.en}",
            f"la llave {entry.key_id} de {entry.holder} {because.es}",
        ),
        Bilingual("it were signed with a key that was valid then", "se firmara con una llave válida en ese momento"),
    )


def registered(registry: Registry, entry: RegisteredKey) -> Registry:
    """With one key more. Raises `InputError` for one that is registered already, or that is never valid."""
    if entry.key_id in registry.keys:
        raise InputError(
            f"key {entry.key_id} is registered already",
            field="key",
            remedy="Use another key: one key has one holder and one role",
        )
    if entry.not_after_us is not None and entry.not_after_us <= entry.not_before_us:
        raise InputError("a key's validity ends before it begins", field="not_after", remedy="Give the later time last")
    return Registry({**registry.keys, entry.key_id: entry})


def revoked(registry: Registry, key_id: str, now_us: int, reason: str, by: str) -> Registry:
    """With a key that is trusted no longer, nor what it signed; the first revocation stands.

    The key that replaced it, or that it replaced, is another key: it stands until it is revoked itself. Raises
    `NotFoundError` for a key that is not registered.
    """
    entry = registry[key_id]
    if entry.revoked_us is not None:
        return registry
    fallen = replace(entry, revoked_us=now_us, revoked_because=reason, revoked_by=by)
    return Registry({**registry.keys, key_id: fallen})


def fallen_key(key_ids: Iterable[str], registry: Registry) -> Revocation | None:
    """Why what these keys signed has fallen, None while all of them stand. A key that is missing has fallen too."""
    for key_id in key_ids:
        entry = registry.keys.get(key_id)
        if entry is None:
            return Revocation("key_revoked", "", 0, f"key {key_id} is not in the registry any more")
        if entry.revoked_us is not None:
            return Revocation("key_revoked", entry.revoked_by, entry.revoked_us, entry.revoked_because)
    return None
