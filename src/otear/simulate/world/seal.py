"""The truth in one sealed file: whoever has the seed can read it, and nobody else without trying seeds.

The key comes from the seed, for whoever has the seed could make the world again. AES-SIV (RFC 5297) needs no nonce: the
same truth under the same key is the same bytes, and one changed bit is found out. Nothing outside this package may
import this module (`lint-imports`).

Inside is a ZIP of one JSON document and arrays as NumPy writes them (`.npy`); heights are whole multiples of 1/64 m,
stored as differences along rows, which packs them three times as small.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from otear.domain.kinds import CueKind, SiteKind
from otear.errors import InputError
from otear.geo.terrain.grid import Grid
from otear.simulate.world.land import Land, Village, Way, WayKind
from otear.simulate.world.plane import Plane
from otear.simulate.world.things import Things
from otear.simulate.world.truth import HiddenCue, HiddenSite, Lookalike, Truth

_MAGIC = b"otear-truth/1\n"
_QUANTUM = 64.0
_LEVEL = 6
_PACKED_AT = (1980, 1, 1, 0, 0, 0)
"""A ZIP tells times; the earliest it can, so that the same truth is the same bytes."""


def secret(seed: int, purpose: str, length: int = 32) -> bytes:
    """Bytes that only the seed gives (HKDF, RFC 5869): a key for a purpose."""
    return HKDF(SHA256(), length, salt=b"otear simulated world", info=purpose.encode()).derive(str(seed).encode())


def write_truth(path: Path, truth: Truth, seed: int) -> None:
    """Write a truth sealed under a seed; the folder is there, and the file appears whole or not at all."""
    sealed = _MAGIC + AESSIV(secret(seed, "truth", 64)).encrypt(_packed(truth), [_MAGIC])
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(sealed)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_truth(path: Path, seed: int) -> Truth:
    """Open a sealed truth. Raises `InputError` for a file that is none, for another seed, and for a damaged file."""
    try:
        sealed = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", source=path, remedy="Only the instructor's folder holds the truth"
        ) from error
    if not sealed.startswith(_MAGIC):
        raise InputError("is no sealed truth of this format", source=path, remedy="Make the world again from its seed")
    try:
        packed = AESSIV(secret(seed, "truth", 64)).decrypt(sealed[len(_MAGIC) :], [_MAGIC])
    except (InvalidTag, ValueError) as error:
        raise InputError(
            "does not open with this seed, or is damaged", source=path, remedy="Give the seed that it was made with"
        ) from error
    return _unpacked(packed)


def _packed(truth: Truth) -> bytes:
    land = truth.land
    heights = np.round(land.msl_m.astype(np.float64) * _QUANTUM).astype(np.int32)
    arrays: dict[str, NDArray[Any]] = {
        "heights": np.diff(heights, axis=1, prepend=np.int32(0)),
        "cover": land.cover,
        "canopy": land.canopy,
        "moisture": land.moisture,
        "points": np.concatenate([np.zeros((0, 2)), *(way.points_m for way in land.ways)]),
        **_columns("land", land.things),
        **_columns("hidden", truth.things),
    }
    document = {
        "world_id": truth.world_id,
        "plane": asdict(land.plane),
        "grid": {"map_from_index": list(land.grid.map_from_index)[:6], "shape": list(land.grid.shape)},
        "ways": [{"kind": way.kind, "points": len(way.points_m), "width_m": way.width_m} for way in land.ways],
        "villages": [asdict(village) for village in land.villages],
        "sites": [asdict(site) for site in truth.sites],
        "lookalikes": [asdict(one) for one in truth.lookalikes],
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(_member("truth.json"), json.dumps(document, ensure_ascii=False, sort_keys=True))
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(_member(f"{name}.npy"), data.getvalue())
    return whole.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _PACKED_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _columns(prefix: str, of: Things) -> dict[str, NDArray[Any]]:
    return {f"{prefix}.{column.name}": getattr(of, column.name) for column in fields(of)}


def _unpacked(packed: bytes) -> Truth:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        document = json.loads(archive.read("truth.json"))
        arrays = {
            name.removesuffix(".npy"): np.lib.format.read_array(io.BytesIO(archive.read(name)), allow_pickle=False)
            for name in archive.namelist()
            if name.endswith(".npy")
        }
    heights = (np.cumsum(arrays["heights"], axis=1, dtype=np.int32) / _QUANTUM).astype(np.float32)
    ends = np.cumsum([way["points"] for way in document["ways"]])
    lines = np.split(arrays["points"], ends[:-1]) if len(ends) else []
    grid = document["grid"]
    land = Land(
        plane=Plane(**document["plane"]),
        grid=Grid(Affine(*grid["map_from_index"]), (grid["shape"][0], grid["shape"][1])),
        msl_m=heights,
        cover=arrays["cover"],
        canopy=arrays["canopy"],
        moisture=arrays["moisture"],
        ways=tuple(
            Way(WayKind(way["kind"]), line, way["width_m"]) for way, line in zip(document["ways"], lines, strict=True)
        ),
        villages=tuple(Village(**village) for village in document["villages"]),
        things=_things("land", arrays),
    )
    return Truth(
        world_id=document["world_id"],
        land=land,
        things=_things("hidden", arrays),
        sites=tuple(_site(site) for site in document["sites"]),
        lookalikes=tuple(Lookalike(**one) for one in document["lookalikes"]),
    )


def _things(prefix: str, arrays: dict[str, NDArray[Any]]) -> Things:
    return Things(**{column.name: arrays[f"{prefix}.{column.name}"] for column in fields(Things)})


def _site(document: dict[str, Any]) -> HiddenSite:
    cues = tuple(HiddenCue(**{**cue, "kind": CueKind(cue["kind"])}) for cue in document["cues"])
    return HiddenSite(**{**document, "kind": SiteKind(document["kind"]), "cues": cues})
