"""Settings of a workspace: one TOML file, one frozen model per table, every key with its unit and its reason."""

from __future__ import annotations

import difflib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from otear.errors import SettingError


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class GridSettings(_Table):
    """The search grid that coverage is counted on."""

    cell_m: Annotated[
        float, Field(ge=1.0, le=100.0, description="side of a search cell in metres; fixed once footage is in")
    ] = 25.0
    origin_lat_deg: Annotated[
        float | None,
        Field(
            ge=-90.0, le=90.0, description="latitude of the grid's origin; unset: whole degree nearest first footage"
        ),
    ] = None
    origin_lon_deg: Annotated[
        float | None, Field(ge=-180.0, le=180.0, description="longitude of the grid's origin; unset: as the latitude")
    ] = None


class TerrainSettings(_Table):
    """Elevation used where `--terrain` names none."""

    paths: Annotated[
        list[str], Field(description="GeoTIFF or SRTM .hgt files, or folders of them, relative to the workspace")
    ] = []
    datum: Annotated[
        Literal["", "egm96", "egm2008", "ellipsoid"], Field(description="vertical datum where the files do not say")
    ] = ""
    sigma_m: Annotated[
        float | None, Field(ge=0.0, description="1-sigma vertical error in metres; unset: by the elevation's source")
    ] = None
    flat_sigma_m: Annotated[
        float,
        Field(ge=0.0, description="1-sigma error in metres of the frame centre's height standing in for elevation"),
    ] = 50.0


class PlatformSettings(_Table):
    """1-sigma errors of the aircraft and its camera, where the stream does not state its own."""

    position_m: Annotated[
        float | None, Field(gt=0.0, description="each horizontal axis of the sensor's position, in metres")
    ] = None
    height_m: Annotated[float | None, Field(gt=0.0, description="the sensor's height, in metres")] = None
    attitude_deg: Annotated[
        float | None, Field(gt=0.0, description="platform heading, pitch and roll, each, in degrees")
    ] = None
    gimbal_deg: Annotated[
        float | None, Field(gt=0.0, description="gimbal azimuth, elevation and roll, each, in degrees")
    ] = None


class VideoSettings(_Table):
    """How recordings are read."""

    demuxer: Annotated[
        Literal["tstrans", "pyav"],
        Field(description="what takes transport streams apart; pyav knows no gaps and no wrong stream ids"),
    ] = "tstrans"


class CoverageSettings(_Table):
    """How looks are counted."""

    site_kind: Annotated[str, Field(description="site kind whose size the probability of detection is for")] = (
        "laboratory"
    )
    cap: Annotated[
        float,
        Field(ge=0.0, le=0.999, description="most that one pass may count as: its frames are not independent"),
    ] = 0.9
    samples_per_s: Annotated[
        float, Field(ge=0.1, le=30.0, description="most samples of the view taken per second of flight")
    ] = 2.0


class EvidenceSettings(_Table):
    """How sites are believed, and who must have judged them."""

    prior: Annotated[
        float, Field(gt=0.0, lt=1.0, description="how likely a place is a site, before anything is seen of it")
    ] = 0.02
    readers: Annotated[
        int, Field(ge=1, le=5, description="people who must agree on a site before their verdict counts")
    ] = 1


class PeopleSettings(_Table):
    """Who works here, and as what (docs/roles.md)."""

    roles: Annotated[
        dict[str, list[str]], Field(description="roles of each person, by name; nobody else may do anything")
    ] = {"operator": ["administrator", "planner", "analyst"]}
    at_work: Annotated[
        str, Field(description="who is at work where neither `--user` nor the environment's OTEAR_USER says")
    ] = "operator"


class RetentionSettings(_Table):
    """How long is kept what no authority says it of."""

    quarantine_days: Annotated[
        int, Field(ge=1, le=180, description="days that footage in quarantine is kept, from its ingest")
    ] = 90


class Settings(_Table):
    """Everything in `otear.toml`."""

    grid: GridSettings = GridSettings()
    terrain: TerrainSettings = TerrainSettings()
    platform: PlatformSettings = PlatformSettings()
    video: VideoSettings = VideoSettings()
    coverage: CoverageSettings = CoverageSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    people: PeopleSettings = PeopleSettings()
    retention: RetentionSettings = RetentionSettings()


def read_settings(path: Path) -> Settings:
    """The settings in `path`. Raises `SettingError` for an unknown, mistyped or out-of-range key."""
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise SettingError("is not UTF-8 text", source=path, offset=error.start, remedy="Save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"is not TOML ({error})", source=path, remedy="Mend the line it names") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"]]
        raise SettingError(
            first["msg"].lower(), source=path, field=".".join(place), remedy=_remedy(first["type"], place)
        ) from error


def setting_names() -> list[str]:
    """Every setting as `table.key`, in the order of the file."""
    return [f"{table}.{key}" for table, model in _tables() for key in model.model_fields]


def settings_text() -> str:
    """A settings file with every key commented out at its default, each with its explanation."""
    lines = ["# Settings of this Otear workspace. Each key stands at its default; take away its # to change it.", ""]
    for table, model in _tables():
        lines.append(f"[{table}]")
        for key, field in model.model_fields.items():
            value = "" if field.default is None else f" {_toml(field.default)}"
            lines += [f"# {field.description}", f"# {key} ={value}"]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)


def _tables() -> list[tuple[str, type[BaseModel]]]:
    return [(name, type(field.default)) for name, field in Settings.model_fields.items()]


def _remedy(kind: str, place: list[str]) -> str:
    if kind != "extra_forbidden":
        return "Change its value"
    known: dict[str, Any] = dict(_tables()) if len(place) == 1 else dict(_tables())[place[0]].model_fields
    near = difflib.get_close_matches(place[-1], known, 1)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}"
