"""A world's folder: what anybody may use of it works with the rest of the house."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyogrio
import pytest

from otear.authority.registry import KeyRole
from otear.domain.authority import SensorKind
from otear.errors import InputError
from otear.flight.aircraft import read_aircraft
from otear.flight.laying import plan
from otear.flight.sortie import read_sortie
from otear.flight.wind import Wind
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.open import open_terrain
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.instructor import seed_of, truth_of
from otear.simulate.world.make import make_world
from otear.store.workspace import Workspace
from otear.workflow.authorities import import_authority
from otear.workflow.keyring import register_key

from ..consent import desk_in
from .countries import STARTS_US


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("folder") / "world", seed=5, sites=20, rows=900, columns=900)


def test_a_folder_opens_as_the_world_that_was_made(world: World) -> None:
    assert open_world(world.folder) == world
    assert world.world_id.startswith("w-")
    assert len(world.world_id) == 18
    assert [path.name for path in world.keys] == ["host.pub", "programme.pub"]
    assert len(world.aircraft) == 3
    assert world.map.read_bytes().startswith(b"\x89PNG")


def test_the_seed_is_for_its_owner_only_and_opens_the_truth(world: World) -> None:
    seed = world.folder / "instructor" / "seed"
    assert seed.stat().st_mode & 0o777 == 0o600
    assert seed.parent.stat().st_mode & 0o777 == 0o700
    assert seed_of(world) == 5
    assert truth_of(world).world_id == world.world_id


def test_without_the_instructors_folder_all_but_the_truth_is_there(world: World, tmp_path: Path) -> None:
    shutil.copytree(world.folder, tmp_path / "handed", ignore=shutil.ignore_patterns("instructor"))
    handed = open_world(tmp_path / "handed")
    assert handed.world_id == world.world_id
    assert handed.sorties
    with pytest.raises(InputError, match="cannot be read"):
        truth_of(handed)


def test_its_authority_is_believed_once_its_keys_are_trusted(world: World, workspace: Workspace) -> None:
    desk = desk_in(workspace)
    for path, role, holder in zip(world.keys, (KeyRole.HOST, KeyRole.PROGRAMME), ("MEX", "Programme"), strict=True):
        register_key(desk, path, role, holder)
    authority = import_authority(desk, world.authority)
    terms = authority.authorization
    assert authority.authority_id == world.authority_id
    assert terms.purposes == {"find_laboratories"}
    assert terms.sensors == {SensorKind.VISIBLE, SensorKind.THERMAL}
    assert len(terms.site_kinds) == 6
    assert len(terms.exclusions) == 1
    assert "EJEMPLO" in terms.title.es
    assert terms.aircraft == {read_aircraft(path.read_text()).registration for path in world.aircraft}
    volume = terms.volumes[0]
    assert volume.window.start_us == STARTS_US - 7 * 86_400_000_000
    # Every sortie may be flown, by an aircraft of the folder over the terrain of the folder.
    fleet = {
        aircraft.registration: aircraft for path in world.aircraft for aircraft in [read_aircraft(path.read_text())]
    }
    terrain = open_terrain(world.terrain)
    assert len(world.sorties) >= 4
    for path in world.sorties:
        sortie = read_sortie(path.read_text(), path)
        assert sortie.authority_id == world.authority_id
        route = plan(sortie, fleet[sortie.aircraft], authority, wind=Wind(), heights=terrain.heights, now_us=STARTS_US)
        assert route.duration_s > 300.0


def test_the_land_reaches_beyond_the_volume(world: World) -> None:
    land = truth_of(world).land
    bounds = land.grid.bounds
    assert isinstance(bounds, Bounds)
    corners = pyogrio.read_info(world.layers, layer="boundary", force_total_bounds=True)["total_bounds"]
    assert np.degrees(bounds.west) < corners[0] - 0.01
    assert np.degrees(bounds.north) > corners[3] + 0.01


def test_layers_hold_the_public_map(world: World) -> None:
    names = {name for name, _ in pyogrio.list_layers(world.layers)}
    assert names == {"rivers", "roads", "villages", "boundary"}
    land = truth_of(world).land
    counts = {name: pyogrio.read_info(world.layers, layer=name)["features"] for name in names}
    assert counts["rivers"] + counts["roads"] == len(land.ways)
    assert counts["villages"] == len(land.villages)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"format": "otear-world/9"}, "is no document of"),
        ({"season": "spring"}, "cannot be used"),
        ({"starts": "yesterday"}, "is not a time"),
        ({"place": None}, "cannot be used"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused(
    world: World, tmp_path: Path, change: dict[str, object], match: str
) -> None:
    document = json.loads((world.folder / "world.json").read_text())
    (tmp_path / "world.json").write_text(json.dumps({**document, **change}))
    with pytest.raises(InputError, match=match):
        open_world(tmp_path)


def test_what_is_no_world_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        open_world(tmp_path)
    (tmp_path / "world.json").write_text("{")
    with pytest.raises(InputError, match="is no JSON"):
        open_world(tmp_path)
    (tmp_path / "world.json").write_text('{"format": "otear-world/1", "place": {}}')
    with pytest.raises(InputError, match="is missing"):
        open_world(tmp_path)


def test_a_seed_that_is_none_is_an_error(world: World, tmp_path: Path) -> None:
    shutil.copytree(world.folder, tmp_path / "world")
    (tmp_path / "world" / "instructor" / "seed").write_text("seven")
    with pytest.raises(InputError, match="no whole number"):
        seed_of(open_world(tmp_path / "world"))
