"""A world as a folder: what anybody may see of it, and the instructor's folder with the truth, sealed.

    world.json      what it is called, where and when it is
    terrain.tif     heights above EGM96 mean sea level
    layers.gpkg     rivers, roads, villages, boundary
    map.png         all of that as a picture
    authority.yaml  the consent to survey it, signed; keys/*.pub are who signed
    aircraft/       documents of the aircraft that the consent names
    sorties/        a few flights to begin with
    instructor/     `truth`, sealed, and `seed`, which opens it (readable by its owner only); see `instructor.py`

A trainee gets the folder without `instructor/`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otear.domain.times import instant_us
from otear.errors import InputError
from otear.simulate.scene.weather import Season

FORMAT = "otear-world/1"
DOCUMENT = "world.json"
INSTRUCTOR = "instructor"


@dataclass(frozen=True)
class World:
    """The public part of a world in a folder. `lat_deg`, `lon_deg` are its middle; it goes on from `starts_us`."""

    folder: Path
    world_id: str
    starts_us: int
    season: Season
    lat_deg: float
    lon_deg: float
    authority_id: str

    @property
    def terrain(self) -> Path:
        """The terrain."""
        return self.folder / "terrain.tif"

    @property
    def layers(self) -> Path:
        """Rivers, roads, villages, boundary."""
        return self.folder / "layers.gpkg"

    @property
    def map(self) -> Path:
        """The picture of the public map."""
        return self.folder / "map.png"

    @property
    def authority(self) -> Path:
        """The signed consent."""
        return self.folder / "authority.yaml"

    @property
    def keys(self) -> tuple[Path, ...]:
        """The public keys that signed it, by their names: host, programme."""
        return tuple(sorted((self.folder / "keys").glob("*.pub")))

    @property
    def aircraft(self) -> tuple[Path, ...]:
        """Documents of aircraft."""
        return tuple(sorted((self.folder / "aircraft").glob("*.yaml")))

    @property
    def sorties(self) -> tuple[Path, ...]:
        """Documents of sorties."""
        return tuple(sorted((self.folder / "sorties").glob("*.yaml")))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of the folder, the instructor's included, in the order of their names."""
        return tuple(sorted(path for path in self.folder.rglob("*") if path.is_file()))


def open_world(folder: Path) -> World:
    """The public part of a world. Raises `InputError` naming the file and the field."""
    path = folder / DOCUMENT
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})",
            source=path,
            remedy="Name a folder that `otear simulate world` made",
        ) from error
    except ValueError as error:
        raise InputError("is no JSON", source=path, remedy="Make the world again from its seed") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(
            f"is no document of {FORMAT}", source=path, field="format", remedy="Make the world again from its seed"
        )
    return _world(folder, document, path)


def world_document(world: World, **more: Any) -> str:
    """The text of a world's document."""
    from otear.domain.times import utc_text

    document = {
        "format": FORMAT,
        "world_id": world.world_id,
        "starts": utc_text(world.starts_us),
        "season": world.season.value,
        "place": {"lat_deg": world.lat_deg, "lon_deg": world.lon_deg},
        "authority_id": world.authority_id,
        **more,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _world(folder: Path, document: dict[str, Any], path: Path) -> World:
    try:
        place = document["place"]
        return World(
            folder=folder,
            world_id=str(document["world_id"]),
            starts_us=instant_us(str(document["starts"]), "starts"),
            season=Season(document["season"]),
            lat_deg=float(place["lat_deg"]),
            lon_deg=float(place["lon_deg"]),
            authority_id=str(document["authority_id"]),
        )
    except KeyError as error:
        raise InputError(
            "is missing", source=path, field=str(error.args[0]), remedy="Make the world again from its seed"
        ) from error
    except (TypeError, ValueError) as error:
        raise InputError(
            f"cannot be used: {error}", source=path, remedy="Make the world again from its seed"
        ) from error
