"""The consent to survey a world: an authorization and an approval, invented, and signed by keys that the seed gives."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from otear.authority.documents import read_bundle, verified
from otear.authority.registry import KeyRole, RegisteredKey, Registry
from otear.authority.signatures import canonical, sha256, sign, signature_text
from otear.authority.strict_yaml import Source, read_mapping
from otear.domain.authority import Authority, Revocation
from otear.domain.kinds import SiteKind
from otear.domain.times import utc_text
from otear.errors import InputError
from otear.ledger.keys import PublicKey, SigningKey, new_key
from otear.simulate.world.land import Land, Village
from otear.simulate.world.seal import secret

_DAY_US = 86_400_000_000
_YEAR_10000_US = 253_402_300_800_000_000
_HOLDERS = {"host": (KeyRole.HOST, "MEX"), "programme": (KeyRole.PROGRAMME, "Example programme")}
_EDGE_M = 2_000.0
_EDGE_SHARE = 0.1
"""The volume ends so far inside the land; of a small land, a tenth of its half."""
_ISSUED_DAYS, _ENDS_DAYS = 37, 365
"""How long before and after the start of a world its papers are issued and end."""
_UPPER_M = 12_000
_LOW_M, _BELOW_GROUND_M = 50.0, 150.0
"""Of a land as low as that, the volume begins so far below the ground: heights are flown with errors of 110 m."""
_NOTE = """\
# EXAMPLE / EJEMPLO. No government wrote this: it is the consent to survey a simulated world, signed by keys that come
# from its seed. Nobody may trust it.
"""


@dataclass(frozen=True)
class Papers:
    """A signed bundle as YAML, the public keys of the host and of the programme, and the authority that it makes."""

    text: str
    host: PublicKey
    programme: PublicKey
    authority: Authority


@dataclass(frozen=True)
class _Stands:
    """The consent of a world is revoked by nobody."""

    def revocation(self, authority_id: str) -> Revocation | None:
        """None."""
        return None


def check_starts(starts_us: int) -> None:
    """Raises `InputError` for a start whose papers would be older or newer than times can be written."""
    earliest, latest = _ISSUED_DAYS * _DAY_US, _YEAR_10000_US - (_ENDS_DAYS + 1) * _DAY_US
    if not earliest <= starts_us <= latest:
        raise InputError(
            "a world cannot begin then",
            field="starts",
            remedy=f"Let it begin (`--starts`) from {utc_text(earliest)[:10]} to {utc_text(latest)[:10]}",
        )


def corners(land: Land) -> list[tuple[float, float]]:
    """Longitude and latitude (degrees) of the corners of the volume, counter-clockwise."""
    east, north = (half - min(_EDGE_M, _EDGE_SHARE * half) for half in land.half_size_m)
    lat, lon = land.plane.place([-east, east, east, -east], [-north, -north, north, north])
    return [(round(x, 6), round(y, 6)) for x, y in zip(np.degrees(lon).tolist(), np.degrees(lat).tolist(), strict=True)]


def excluded(land: Land) -> tuple[Village, float, float, float] | None:
    """The largest village, its longitude and latitude in degrees, and how far about it nothing may be flown or looked
    at; None for a land without villages."""
    if not land.villages:
        return None
    village = max(land.villages, key=lambda one: one.population)
    lat, lon = land.plane.place(village.east_m, village.north_m)
    radius = min(round(village.radius_m, -2) + 1_000.0, 0.25 * min(land.half_size_m))
    return village, round(float(np.degrees(lon)), 6), round(float(np.degrees(lat)), 6), radius


def draw_up(land: Land, seed: int, starts_us: int, aircraft: tuple[str, ...]) -> Papers:
    """Write and sign both documents, and read them back as anybody would."""
    host, programme = (_key(seed, name) for name in ("host", "programme"))
    authorization = _authorization(land, starts_us, aircraft)
    approval = _approval(sha256(canonical(read_mapping(authorization))), starts_us)
    signatures = [sign(read_mapping(authorization), host), sign(read_mapping(approval), programme)]
    lines = [
        f"  - over: {entry.over}\n    key: {entry.key_id}\n    signature: {signature_text(entry.signature)}\n"
        for entry in signatures
    ]
    text = (
        f"{_NOTE}authorization:\n{textwrap.indent(authorization, '  ')}\n"
        f"approval:\n{textwrap.indent(approval, '  ')}\nsignatures:\n{''.join(lines)}"
    )
    keys = {"host": host.public, "programme": programme.public}
    authority = authority_in(text, keys, starts_us, starts_us, "authority.yaml")
    return Papers(text, host.public, programme.public, authority)


def authority_in(text: str, keys: Mapping[str, PublicKey], starts_us: int, now_us: int, source: Source) -> Authority:
    """The authority of a bundle, its signatures checked by the keys of "host" and "programme", which count from
    `starts_us` on. Raises `InputError`, `RefusedError`."""
    entries = [RegisteredKey(key, *_HOLDERS[name], starts_us, starts_us) for name, key in keys.items()]
    registry = Registry({entry.key_id: entry for entry in entries})
    return verified(read_bundle(text, source), registry, now_us, _Stands(), {})


def _key(seed: int, name: str) -> SigningKey:
    return new_key(f"EXAMPLE-DO-NOT-TRUST/world-{name}", secret(seed, f"signing key of the {name}"))


def _window(starts_us: int) -> str:
    begins, ends = utc_text(starts_us - 7 * _DAY_US), utc_text(starts_us + _ENDS_DAYS * _DAY_US)
    return f"{{start: {begins}, end: {ends}}}"


def _authorization(land: Land, starts_us: int, aircraft: tuple[str, ...]) -> str:
    ring = "\n".join(f"          - [{lon}, {lat}]" for lon, lat in corners(land))
    lowest_m = float(land.msl_m.min())
    lower_m = 0 if lowest_m > _LOW_M else 100 * math.floor((lowest_m - _BELOW_GROUND_M) / 100.0)
    zone = excluded(land)
    exclusions = "exclusions: []"
    if zone is not None:
        village, lon_deg, lat_deg, radius_m = zone
        exclusions = f"""exclusions:
  - name: "{village.name}"
    area:
      circle: {{centre: [{lon_deg}, {lat_deg}], radius_m: {radius_m:.0f}}}
    forbids: [flight, view]"""
    return f"""\
format: otear-authorization/1
host: MEX
reference: EJEMPLO/SIMULADO/001
title:
  en: "EXAMPLE: unarmed aerial survey of a simulated land"
  es: "EJEMPLO: reconocimiento aéreo desarmado de un territorio simulado"
issued: {utc_text(starts_us - _ISSUED_DAYS * _DAY_US)}
volumes:
  - name: simulated land
    area:
      polygon:
{ring}
    altitude: {{lower_m: {lower_m}, upper_m: {_UPPER_M}, datum: egm96}}
    window: {_window(starts_us)}
{exclusions}
purposes: [find_laboratories]
site_kinds: [{", ".join(SiteKind)}]
sensors: [visible, thermal]
aircraft: [{", ".join(aircraft)}]
recipients:
  - id: fiscalia_ejemplo
    name: {{en: Example prosecution service, es: Fiscalía de ejemplo}}
    receives: [report, places, imagery, coverage]
retention: {{imagery_days: 90, metadata_days: 1825, coverage_days: 3650, findings_days: 3650}}
conditions:
  - en: The host alone decides whether to act on what is found.
    es: Solo el Estado anfitrión decide si actúa sobre lo que se encuentre.
review_by: {utc_text(starts_us + _ENDS_DAYS * _DAY_US)}
"""


def _approval(authorization_sha256: str, starts_us: int) -> str:
    return f"""\
format: otear-approval/1
authorization_sha256: "{authorization_sha256}"
approved_by: Director of the example programme
title:
  en: "EXAMPLE: approval of the survey of a simulated land"
  es: "EJEMPLO: aprobación del reconocimiento de un territorio simulado"
issued: {utc_text(starts_us - 23 * _DAY_US)}
window: {_window(starts_us)}
review_by: {utc_text(starts_us + _ENDS_DAYS * _DAY_US)}
"""
