"""Quarantine and adoption: footage is worked on under an authority that covers how it was made and what it shows."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import rasterio
from alembic import command
from alembic.config import Config
from rasterio.transform import from_origin
from sqlalchemy import create_engine

from otear.authority.registry import KeyRole
from otear.authority.roles import Action
from otear.domain.authority import Authority, DataKind, SensorKind
from otear.domain.clock import FixedClock
from otear.errors import InputError, NotFoundError, RefusedError
from otear.geo.terrain import Terrain, open_terrain
from otear.store.base import FootageRow
from otear.store.workspace import COVERAGE_FILE, SETTINGS_FILE, Workspace, create_workspace, open_workspace
from otear.video.klv import encode_st0601
from otear.workflow import coverage
from otear.workflow.adopt import Adoption, adopt, choose, flight_covered
from otear.workflow.authorities import authority_named, import_authority, revoke_authority
from otear.workflow.custody import take_in
from otear.workflow.desk import Desk
from otear.workflow.fleet import import_aircraft
from otear.workflow.flown import UNSTATED, Stated, flown
from otear.workflow.footage import find, packet_items, shown
from otear.workflow.held import held, in_reach, under
from otear.workflow.ingest import ingest
from otear.workflow.keyring import register_key, registry, revoke_key
from otear.workflow.locate import draw, locate
from otear.workflow.quicklook import quicklook
from otear.workflow.track import pass_of, track_geojson

from ..consent import NOW_US, approval, authorization, bundle, consented, desk_in, imported, log_of, trusting

DAY_US = 86_400_000_000
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
GROUND = (-107.4005, 24.801)
"""Ground in the middle of what the clip looks at, 2.9 km north of the aircraft."""


@dataclass(frozen=True)
class Scene:
    """A workspace with the clip in custody, who is at work, and the terrain."""

    workspace: Workspace
    desk: Desk
    folder: Path
    terrain: Terrain
    recording: Path

    @property
    def row(self) -> FootageRow:
        return find(self.workspace, "latest")

    def authority(self, **changes: Any) -> Authority:
        return imported(self.desk, self.folder, bundle(authorization(**changes)))

    def adopted(self, authority: Authority, stated: Stated = UNSTATED) -> Adoption:
        return adopt(self.desk, self.row, authority, stated, terrain=self.terrain)

    def later(self, days: float) -> Scene:
        """The same workspace, some days on."""
        return replace(self, desk=desk_in(self.workspace, FixedClock(NOW_US + round(days * DAY_US))))


@pytest.fixture(scope="module")
def custody(clip: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that believes the test's keys, and has the clip in quarantine."""
    folder = tmp_path_factory.mktemp("custody")
    workspace = create_workspace(folder / "workspace")
    trusting(desk_in(workspace), folder)
    take_in(desk_in(workspace), clip.recording)
    return workspace.root


@pytest.fixture
def scene(custody: Path, clip: Any, tmp_path: Path) -> Scene:
    workspace = open_workspace(Path(shutil.copytree(custody, tmp_path / "workspace")))
    return Scene(workspace, desk_in(workspace), tmp_path, open_terrain([clip.terrain]), clip.recording)


def circle(lon: float, lat: float, radius_m: float) -> dict[str, Any]:
    return {"circle": {"centre": [lon, lat], "radius_m": radius_m}}


def zone(area: dict[str, Any], *forbids: str, **limits: Any) -> dict[str, Any]:
    return {"name": "closed", "area": area, "forbids": list(forbids), **limits}


def volume(**changes: Any) -> list[dict[str, Any]]:
    whole = {
        "name": "hills",
        "area": circle(-107.4, 24.8, 50_000),
        "altitude": {"lower_m": 0, "upper_m": 6000, "datum": "egm96"},
        "window": {"start": "2024-03-05T00:00:00Z", "end": "2024-03-06T00:00:00Z"},
    }
    return [{**whole, **changes}]


def uses(scene: Scene, authority: Authority) -> dict[str, Callable[[], object]]:
    """Everything that may be done with footage under an authority only."""
    desk, row, out = scene.desk, scene.row, scene.folder / "out.png"
    at = {"time_s": 2.0, "terrain": scene.terrain}
    return {
        "locate": lambda: locate(desk, row, authority, pixels=[(320.0, 180.0)], **at),
        "picture": lambda: draw(desk, row, authority, [], out, **at),
        "quicklook": lambda: quicklook(desk, row, authority, out, terrain=None),
        "coverage": lambda: pass_of(desk, row, authority),
    }


def rules(scene: Scene, authority: Authority) -> dict[str, str]:
    """The rule by which each use is refused."""
    found = {}
    for name, use in uses(scene, authority).items():
        with pytest.raises(RefusedError) as caught:
            use()
        found[name] = caught.value.rule
        assert caught.value.spanish is not None
    return found


def reach(scene: Scene) -> tuple[int, int]:
    """How many recordings coverage may count, and how many it leaves out."""
    found, withheld = in_reach(scene.desk, scene.workspace.store.all_footage(), Action.EXPORT_COVERAGE)
    return len(found), withheld


def kinds(scene: Scene) -> set[str]:
    """What a recording's track is handed out with."""
    return {feature["properties"]["what"] for feature in track_geojson(scene.desk, scene.row)["features"]}


def quarantined_for(scene: Scene, rule: str) -> None:
    """In quarantine, nothing looked at, and both the ledger and the summary say why."""
    row = scene.row
    assert row.quarantined
    assert (row.authority_id, row.bounds_deg, row.summary["looks"]) == (None, None, 0)
    assert row.summary["quarantined"] is True
    assert row.summary["quarantine"]["rule"] == rule
    assert not (scene.workspace.derived(row.footage_id) / COVERAGE_FILE).exists()
    assert scene.workspace.store.fact("grid") is None, "what nobody may look at settles no grid"
    entry = log_of(scene.workspace)[-1]
    assert (entry["action"], entry["outcome"]) == ("adopt", "refused")
    assert entry["reason"] == rule
    assert entry["subject"] == {"kind": "footage", "id": row.footage_id, "sha256": row.sha256}


def test_without_an_authority_footage_is_kept_and_counted_and_nothing_else(scene: Scene) -> None:
    summary = ingest(scene.desk, scene.recording, terrain=scene.terrain)
    quarantined_for(scene, "no_authority")
    assert summary["packets"]["valid"] == 40
    assert summary["frames"] == 60
    with pytest.raises(RefusedError) as caught:
        held(scene.desk, scene.row, Action.PROCESS)
    assert caught.value.rule == "quarantined"
    assert reach(scene) == (0, 1)
    assert coverage.at(scene.desk, [], *reversed(GROUND))["never_looked"]


def test_an_authority_at_hand_is_no_key_to_what_it_was_not_asked_to_cover(scene: Scene) -> None:
    """That an authority would cover it is not enough: it has to be adopted first."""
    authority = scene.authority()
    assert set(rules(scene, authority).values()) == {"quarantined"}
    refusals = [entry for entry in log_of(scene.workspace) if entry["outcome"] == "refused"]
    assert [entry["action"] for entry in refusals] == ["process", "view_imagery", "view_imagery"]
    assert {entry["authority"]["id"] for entry in refusals} == {authority.authority_id}


def test_metadata_of_footage_in_quarantine_can_be_read(scene: Scene) -> None:
    assert shown(scene.desk, scene.row)["quarantined"] is True
    assert kinds(scene) == {"track"}, "no footprints"
    packet, items = packet_items(scene.desk, scene.row, 3)
    assert packet["index"] == 3
    assert len(items) > 10


def test_what_is_covered_is_adopted_and_can_be_worked_on(scene: Scene) -> None:
    authority = scene.authority()
    adoption = scene.adopted(authority)
    assert adoption.decision.allowed
    row = scene.row
    assert adoption.row == row
    assert row.authority_id == row.summary["authority_id"] == authority.authority_id
    assert row.summary["quarantined"] is False
    assert row.summary["looks"] == 1
    assert "quarantine" not in row.summary
    entry = log_of(scene.workspace)[-1]
    assert (entry["action"], entry["outcome"]) == ("adopt", "done")
    assert entry["authority"] == {"id": authority.authority_id, "sha256": authority.sha256}
    found, kept = held(scene.desk, row, Action.PROCESS), scene.workspace.keeping.kept()
    (place,) = locate(
        scene.desk, found.row, found.authority, time_s=2.0, pixels=[(320.0, 180.0)], terrain=scene.terrain
    )
    assert place.place is not None
    quicklook(scene.desk, found.row, found.authority, scene.folder / "out.png", terrain=None)
    assert log_of(scene.workspace)[-1]["action"] == "view_imagery"
    assert reach(scene) == (1, 0)
    until = {one.data_kind: (one.keep_until_us - one.collected_us) // DAY_US for one in kept}
    assert until == {DataKind.IMAGERY: 90, DataKind.METADATA: 365, DataKind.COVERAGE: 3650}


def test_an_interrupted_ingest_goes_on_from_custody(scene: Scene) -> None:
    """The clip is in custody already; the same ingest again finds it there and goes on, without a second entry."""
    scene.authority()
    before = [entry["action"] for entry in log_of(scene.workspace)]
    summary = ingest(scene.desk, scene.recording, terrain=scene.terrain)
    assert summary["quarantined"] is False
    assert [entry["action"] for entry in log_of(scene.workspace)] == [*before, "adopt"]
    again = ingest(scene.desk, scene.recording, terrain=scene.terrain)
    assert again == summary
    assert [entry["action"] for entry in log_of(scene.workspace)] == [*before, "adopt"]


def test_adopting_again_changes_nothing(scene: Scene) -> None:
    authority = scene.authority()
    first = scene.adopted(authority).row
    size = scene.workspace.ledger.size()
    assert scene.adopted(authority).row == first
    other = scene.authority(reference="TEST/2")
    assert scene.adopted(other).row == first, "what one authority covers is not moved under another"
    assert scene.workspace.ledger.size() == size + 1, "the other authority's import"


FLOWN_OUTSIDE = {
    "area": ("outside_volume", {"volumes": volume(area=circle(-107.4, 24.8, 2_000))}),
    "above": ("outside_altitude", {"volumes": volume(altitude={"lower_m": 0, "upper_m": 2800, "datum": "egm96"})}),
    "below": ("outside_altitude", {"volumes": volume(altitude={"lower_m": 2900, "upper_m": 9000, "datum": "egm96"})}),
    "before": (
        "outside_window",
        {"volumes": volume(window={"start": "2024-03-05T16:00:02Z", "end": "2024-03-06T00:00:00Z"})},
    ),
    "after": (
        "outside_window",
        {"volumes": volume(window={"start": "2024-03-05T00:00:00Z", "end": "2024-03-05T16:00:03Z"})},
    ),
    "through a zone": ("excluded_zone", {"exclusions": [zone(circle(-107.402, 24.775, 50), "flight")]}),
    "sensor": ("sensor", {"sensors": ["thermal"]}),
    "aircraft": ("aircraft", {"aircraft": ["XB-OTHER"]}),
    "into a zone": ("excluded_view", {"exclusions": [zone(circle(*GROUND, 50), "view")]}),
    "beyond the survey": ("outside_survey", {"survey": [circle(-107.4, 24.775, 2_000)]}),
}


@pytest.mark.parametrize("name", FLOWN_OUTSIDE)
def test_each_way_to_be_uncovered_keeps_it_in_quarantine_by_its_own_rule(scene: Scene, name: str) -> None:
    rule, changes = FLOWN_OUTSIDE[name]
    authority = scene.authority(**changes)
    assert scene.adopted(authority).decision.rule == rule
    quarantined_for(scene, rule)
    assert log_of(scene.workspace)[-1]["authority"]["id"] == authority.authority_id
    assert ingest(scene.desk, scene.recording, terrain=scene.terrain)["quarantined"]
    assert scene.adopted(scene.authority(reference="TEST/2")).decision.allowed, "and it can be adopted later"


def test_a_purpose_that_is_not_authorized_or_not_clear_is_refused(scene: Scene) -> None:
    several = scene.authority(purposes=["find_laboratories", "find_airstrips"])
    assert scene.adopted(several).decision.rule == "missing_fact", "nobody guesses which of several it was"
    assert scene.adopted(several, Stated(purpose="count_cattle")).decision.rule == "purpose"
    quarantined_for(scene, "purpose")
    assert scene.adopted(several, Stated(purpose="find_airstrips")).decision.allowed
    assert "purpose find_airstrips" in log_of(scene.workspace)[-1]["reason"]


def test_what_is_closed_to_flight_only_may_be_looked_at_and_the_other_way_round(scene: Scene) -> None:
    """The aircraft is south of what it looks at."""
    over = circle(-107.402, 24.775, 300)
    closed = [zone(circle(*GROUND, 300), "flight"), {**zone(over, "view"), "name": "under the aircraft"}]
    assert scene.adopted(scene.authority(exclusions=closed)).decision.allowed


def test_a_zone_that_was_open_at_the_time_or_that_was_not_seen_is_no_obstacle(scene: Scene) -> None:
    _, south, _, north = scene.adopted(scene.authority()).row.bounds_deg or (0.0,) * 4
    assert south < GROUND[1] < north, "the ground that the other tests close"
    window = {"start": "2024-03-05T16:00:04Z", "end": "2024-03-06T00:00:00Z"}
    closed = [
        zone(circle(*GROUND, 50), "view", window=window),
        {**zone(circle(-107.4, 24.79, 400), "view"), "name": "b"},
    ]
    again = replace(scene.row, authority_id=None)
    authority = scene.authority(exclusions=closed, reference="TEST/2")
    flown(scene.workspace, again, UNSTATED)
    scene.workspace.store.change_footage(again, [], [])
    assert adopt(scene.desk, again, authority, UNSTATED, terrain=scene.terrain).decision.allowed


def test_the_margin_of_a_footprint_counts(scene: Scene) -> None:
    """The northern edge of the footprint, and a zone that begins a few metres beyond it: within the footprint's error,
    so refused; 200 m beyond it is clear."""
    authority = scene.authority()
    outline = pass_of(scene.desk, scene.adopted(authority).row, authority).looks[0].outline
    lon, lat = max((point for ring in outline for point in ring), key=lambda point: point[1])
    _facts, row = flown(scene.workspace, scene.row, UNSTATED), replace(scene.row, authority_id=None)
    for gap_m, allowed in ((5.0, False), (200.0, True)):
        closed = zone(circle(lon, lat + (100.0 + gap_m) / 110_800.0, 100), "view")
        other = scene.authority(exclusions=[closed], reference=f"TEST/{gap_m}")
        scene.workspace.store.change_footage(row, [], [])
        adoption = adopt(scene.desk, row, other, UNSTATED, terrain=scene.terrain)
        assert adoption.decision.allowed is allowed, gap_m
        assert allowed or adoption.decision.rule == "excluded_view"


def test_a_statement_that_contradicts_the_stream_is_bad_input(scene: Scene) -> None:
    for stated, field in ((Stated(SensorKind.THERMAL), "--sensor"), (Stated(aircraft="XB-OTHER"), "--aircraft")):
        with pytest.raises(InputError) as caught:
            flown(scene.workspace, scene.row, stated)
        assert caught.value.field == field
        with pytest.raises(InputError):
            ingest(scene.desk, scene.recording, terrain=scene.terrain, stated=stated)
    assert scene.row.quarantined


def test_the_aircraft_of_the_fleet_is_known_by_its_identifier(scene: Scene) -> None:
    """An authority may name an aircraft as the fleet does; the stream gives its registration."""
    aircraft = import_aircraft(scene.desk, EXAMPLES / "aircraft-simulated.yaml")
    assert scene.adopted(scene.authority(aircraft=[aircraft.aircraft_id])).decision.allowed
    assert aircraft.aircraft_id in log_of(scene.workspace)[-1]["reason"]


def klv(**changes: object) -> bytes:
    """A raw KLV recording without pictures, of an aircraft that looks at hills; None leaves an item out."""
    packets = []
    for k in range(20):
        values: dict[int | str, object] = {
            "time_us": 1_709_654_400_000_000 + 200_000 * k, "platform_heading_deg": 0.0, "platform_pitch_deg": 0.0,
            "platform_roll_deg": 0.0, "sensor_latitude_deg": 24.8 + 1e-4 * k, "sensor_longitude_deg": -107.4,
            "sensor_height_msl_m": 3000.0, "sensor_hfov_deg": 5.0, "sensor_vfov_deg": 2.8,
            "sensor_relative_azimuth_deg": 90.0, "sensor_relative_elevation_deg": -45.0,
            "sensor_relative_roll_deg": 0.0, "frame_centre_latitude_deg": 24.8, "frame_centre_longitude_deg": -107.37,
            "frame_centre_height_msl_m": 200.0, "image_source_sensor": "EO", "platform_tail_number": "OTEAR-SIM-1",
        }  # fmt: skip
        values |= {name: value(k) if callable(value) else value for name, value in changes.items()}
        packets.append(encode_st0601({name: value for name, value in values.items() if value is not None}))
    return b"".join(packets)


def taken(workspace: Workspace, raw: bytes, stated: Stated = UNSTATED, **changes: Any) -> dict[str, Any]:
    desk, folder = desk_in(workspace), workspace.root.parent
    (folder / "made.klv").write_bytes(raw)
    if not workspace.registers.authorities():
        consented(desk, folder, **changes)
    return ingest(desk, folder / "made.klv", terrain=None, stated=stated)


@pytest.mark.parametrize(
    ("missing", "stated", "option"),
    [
        ({"image_source_sensor": None}, Stated(SensorKind.VISIBLE), "--sensor"),
        ({"image_source_sensor": "Zoom lens"}, Stated(SensorKind.VISIBLE), "--sensor"),
        ({"platform_tail_number": None}, Stated(aircraft="OTEAR-SIM-1"), "--aircraft"),
    ],
)
def test_what_the_stream_does_not_say_is_missing_until_it_is_stated(
    workspace: Workspace, missing: dict[str, object], stated: Stated, option: str
) -> None:
    summary = taken(workspace, klv(**missing))
    assert summary["quarantine"]["rule"] == "missing_fact"
    assert option in summary["quarantine"]["because"]
    summary = taken(workspace, klv(**missing), stated)
    assert summary["quarantined"] is False
    assert log_of(workspace)[-1]["reason"].count("(stated)") == 1, "the ledger tells what was stated from what was read"
    wrong = Stated(SensorKind.RADAR) if option == "--sensor" else Stated(aircraft="XB-OTHER")
    other = {**missing, "platform_heading_deg": 1.0}
    assert taken(workspace, klv(**other), wrong)["quarantine"]["rule"] in {"sensor", "aircraft"}


def test_a_flight_whose_end_left_the_terms_is_not_covered_by_its_beginning(workspace: Workspace) -> None:
    raw = klv(sensor_height_msl_m=lambda k: 3000.0 + 5.0 * k)
    band = {"lower_m": 0, "upper_m": 3090, "datum": "egm96"}
    assert taken(workspace, raw, volumes=volume(altitude=band))["quarantine"]["rule"] == "outside_altitude"


def test_a_track_with_no_position_is_not_covered_by_anything(workspace: Workspace) -> None:
    summary = taken(workspace, klv(sensor_latitude_deg=None, sensor_longitude_deg=None))
    assert summary["quarantined"]
    assert summary["quarantine"]["rule"] in {"missing_fact", "doubtful_fact"}


def test_an_authority_that_is_not_in_force_adopts_nothing(scene: Scene) -> None:
    authority = scene.authority()
    revoke_authority(scene.desk, authority, "withdrawn")
    assert scene.adopted(authority).decision.rule == "revoked"
    quarantined_for(scene, "revoked")
    with pytest.raises(NotFoundError):
        ingest(scene.desk, scene.recording, terrain=scene.terrain, authority_id="a-ffff")
    lapsed = imported(scene.desk, scene.folder, one_approval(window={"start": START, "end": "2027-01-01T00:00:00Z"}))
    assert scene.later(200).adopted(lapsed).decision.rule == "approval_expired"
    with pytest.raises(RefusedError):
        flight_covered(scene.desk, None, flown(scene.workspace, scene.row, UNSTATED))  # type: ignore[arg-type]
    with pytest.raises(RefusedError):
        choose(scene.desk, [None], flown(scene.workspace, scene.row, UNSTATED))  # type: ignore[list-item]


START = "2000-01-01T00:00:00Z"


def one_approval(terms: dict[str, Any] | None = None, **changes: Any) -> str:
    """A bundle whose approval was changed."""
    terms = authorization(reference="TEST/2") if terms is None else terms
    return bundle(terms, approval(terms, **changes))


def revoke_elsewhere(scene: Scene, authority: Authority) -> None:
    """As another process would: through a workspace of its own."""
    desk = desk_in(open_workspace(scene.workspace.root))
    revoke_authority(desk, authority_named(desk.workspace, authority.authority_id), "withdrawn")


def revoke_its_key(scene: Scene, authority: Authority) -> None:
    desk = desk_in(open_workspace(scene.workspace.root))
    host = next(entry for entry in registry(desk.workspace).keys.values() if entry.holder == "MEX")
    revoke_key(desk, host.key_id, "lost")
    assert authority_named(desk.workspace, authority.authority_id)


FALLS = [pytest.param(revoke_elsewhere, "revoked", id="revoked"), pytest.param(revoke_its_key, "key_revoked", id="key")]


@pytest.mark.parametrize(("falls", "rule"), FALLS)
def test_revocation_reaches_an_ingest_that_is_under_way(
    scene: Scene, falls: Callable[[Scene, Authority], None], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otear.workflow.looking._ROWS_AT_A_TIME", 5)
    authority, stages = scene.authority(), list[str]()

    def progress(stage: str, done: float, total: float) -> None:
        if stage == "looking" and "looking" not in stages:
            falls(scene, authority)
        stages.append(stage)

    with pytest.raises(RefusedError) as caught:
        ingest(scene.desk, scene.recording, terrain=scene.terrain, progress=progress)
    assert stages.count("looking") == 1, "it goes no further than the rows in hand"
    assert caught.value.rule == rule
    row = scene.row
    assert row.quarantined
    assert row.bounds_deg is None
    assert not (scene.workspace.derived(row.footage_id) / COVERAGE_FILE).exists()
    assert not list((scene.workspace.root / "staging").iterdir())
    assert scene.workspace.store.fact("grid") is None
    actions = [(entry["action"], entry["outcome"]) for entry in log_of(scene.workspace)]
    assert actions[-2:] == [("revoke_authority" if rule == "revoked" else "revoke_key", "done"), ("adopt", "refused")]
    last = log_of(scene.workspace)[-1]
    assert last["reason"].startswith(f"{rule}: ")
    assert last["authority"]["id"] == authority.authority_id


@pytest.mark.parametrize(("falls", "rule"), FALLS)
def test_what_was_adopted_falls_with_its_authority(
    scene: Scene, falls: Callable[[Scene, Authority], None], rule: str
) -> None:
    authority = scene.authority()
    row = scene.adopted(authority).row
    assert row.bounds_deg is not None
    west, south, east, north = row.bounds_deg
    place = (south + north) / 2, (west + east) / 2
    sources, _ = in_reach(scene.desk, [row], Action.PROCESS)
    assert not coverage.at(scene.desk, sources, *place)["never_looked"]
    assert kinds(scene) > {"track"}
    falls(scene, authority)
    assert set(rules(scene, authority).values()) == {rule}
    denied = [entry for entry in log_of(scene.workspace) if entry["outcome"] == "refused"]
    assert [entry["action"] for entry in denied] == ["process", "view_imagery", "view_imagery"]
    assert reach(scene) == (0, 1)
    assert coverage.at(scene.desk, [], *place)["never_looked"]
    for verb in (
        lambda: coverage.at(scene.desk, sources, *place),
        lambda: coverage.export(scene.desk, sources, scene.folder / "coverage.tif"),
    ):
        with pytest.raises(RefusedError) as caught:
            verb()
        assert caught.value.rule == rule, "what was in reach before is asked for again"
    assert not (scene.folder / "coverage.tif").exists()
    assert kinds(scene) == {"track"}, "what was looked at is not handed out with the track"
    assert shown(scene.desk, row)["authority_id"] == authority.authority_id, "history stays"


def test_what_fell_can_be_adopted_by_another_authority_that_covers_it(scene: Scene) -> None:
    first = scene.authority()
    scene.adopted(first)
    revoke_authority(scene.desk, first, "withdrawn")
    narrow = scene.authority(reference="TEST/2", sensors=["thermal"])
    assert scene.adopted(narrow).decision.rule == "sensor"
    assert scene.row.authority_id == first.authority_id
    assert reach(scene) == (0, 1)
    other = scene.authority(reference="TEST/3")
    assert scene.adopted(other).decision.allowed
    assert scene.row.authority_id == other.authority_id
    assert reach(scene) == (1, 0)
    for use in ("locate", "quicklook", "coverage"):
        uses(scene, other)[use]()


def test_an_authority_is_no_key_to_footage_of_another(scene: Scene) -> None:
    scene.adopted(scene.authority())
    assert set(rules(scene, scene.authority(reference="TEST/2")).values()) == {"uncovered"}


def succession(
    scene: Scene, ends: str = "2027-01-01T00:00:00Z", **changes: Any
) -> tuple[Authority, Callable[[], Authority]]:
    """An authority whose approval ends, and what imports the one that continues it with other terms."""
    first = imported(scene.desk, scene.folder, one_approval(authorization(), window={"start": START, "end": ends}))

    def renewed() -> Authority:
        terms = authorization(reference="TEST/2", continues=first.authority_id, **changes)
        return imported(scene.later(200).desk, scene.folder, bundle(terms))

    return first, renewed


def test_footage_of_a_predecessor_is_adopted_and_used_under_its_successor(scene: Scene) -> None:
    """The successor's own terms are of another place: what was flown under the one before it stays covered."""
    first, renewed = succession(scene, volumes=volume(area=circle(-100.0, 20.0, 5_000)))
    later = scene.later(200)
    assert later.adopted(first).decision.rule == "approval_expired"
    second = renewed()
    assert [one.authority_id for one in second.before] == [first.authority_id]
    assert later.adopted(second).decision.allowed
    assert later.row.authority_id == first.authority_id, "by which it is covered"
    assert log_of(later.workspace)[-1]["authority"]["id"] == second.authority_id, "under which it was adopted"
    assert held(later.desk, later.row, Action.PROCESS).authority == second
    uses(later, second)["locate"]()
    assert reach(later) == (1, 0)
    assert set(rules(later, first).values()) == {"approval_expired"}
    revoke_authority(later.desk, second, "withdrawn")
    assert set(rules(later, second).values()) == {"revoked"}
    assert reach(later) == (0, 1)
    found = held(later.desk, later.row, Action.PROCESS)
    with pytest.raises(RefusedError) as caught:
        under(later.desk, found.row, found.authority, Action.PROCESS, DataKind.METADATA)
    assert caught.value.rule == "revoked"


def test_what_was_continued_does_not_come_back_when_its_successor_is_revoked(scene: Scene) -> None:
    """Though the approval of the one before would still hold."""
    _, renewed = succession(scene, ends="2090-01-01T00:00:00Z")
    scene.adopted(authority_named(scene.workspace, "a-"))
    second, later = renewed(), scene.later(200)
    assert reach(later) == (1, 0)
    revoke_authority(later.desk, second, "withdrawn")
    assert reach(later) == (0, 1)
    assert held(later.desk, later.row, Action.PROCESS).authority == second
    third = imported(later.desk, later.folder, bundle(authorization(reference="TEST/3", continues=second.authority_id)))
    assert held(later.desk, later.row, Action.PROCESS).authority == third
    assert reach(later) == (1, 0), "a new one brings it back"


def test_a_revoked_predecessor_covers_nothing_any_more(scene: Scene) -> None:
    """That the succession goes on does not give back what was withdrawn from one of its generations."""
    first, renewed = succession(scene, volumes=volume(area=circle(-100.0, 20.0, 5_000)))
    scene.adopted(first)
    second, later = renewed(), scene.later(200)
    assert reach(later) == (1, 0)
    revoke_authority(later.desk, first, "withdrawn")
    assert set(rules(later, second).values()) == {"revoked"}
    assert reach(later) == (0, 1)
    assert later.adopted(second).decision.rule == "outside_volume"


def test_a_succession_is_read_whatever_the_clock_said(scene: Scene) -> None:
    """Imported at the same microsecond, or by a clock that was set back: every command must still read it."""
    line = [imported(scene.later(1).desk, scene.folder, bundle(authorization()))]
    for number in range(6):
        desk = desk_in(scene.workspace, FixedClock(NOW_US + DAY_US - number // 2))
        terms = authorization(reference=f"TEST/{number}", continues=line[-1].authority_id)
        line.append(imported(desk, scene.folder, bundle(terms)))
    last = authority_named(scene.workspace, line[-1].authority_id)
    assert [one.authority_id for one in last.before] == [one.authority_id for one in reversed(line[:-1])]


def test_a_workspace_of_before_is_in_quarantine_and_can_be_adopted(clip: Any, scene: Scene, tmp_path: Path) -> None:
    """Tables and a row as the first version wrote them: without an authority, and looked at all the same."""
    adopted = scene.adopted(scene.authority()).row
    new = {"says", "notices", "first_place_deg", "authority_id", "quarantine"}
    summary = {name: value for name, value in adopted.summary.items() if name not in new} | {"quarantined": False}
    summary["packets"] = {name: value for name, value in summary["packets"].items() if name != "set_aside"}
    old = tmp_path / "old"
    old.mkdir()
    (old / SETTINGS_FILE).write_text("", encoding="utf-8")
    for name in ("media", "derived"):
        shutil.copytree(scene.workspace.root / name, old / name)
    first_tables(old / "otear.db")
    with sqlite3.connect(old / "otear.db") as database:
        row = (adopted.footage_id, adopted.sha256, adopted.name, NOW_US, adopted.start_us, adopted.end_us)
        database.execute("INSERT INTO footage VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, json.dumps(summary)))
        database.execute("INSERT INTO passes VALUES (?, ?, ?, ?, ?)", (adopted.footage_id, *(adopted.bounds_deg or ())))
        grid = scene.workspace.store.fact("grid")
        database.execute("INSERT INTO meta VALUES ('grid', ?)", (grid,))
    database.close()
    workspace = open_workspace(old)
    before = replace(scene, workspace=workspace, desk=desk_in(workspace))
    trusting(before.desk, tmp_path)
    authority = before.authority()
    assert before.row.quarantined
    assert shown(before.desk, before.row)["quarantined"] is True
    assert shown(before.desk, before.row)["authority_id"] is None
    assert set(rules(before, authority).values()) == {"quarantined"}
    assert reach(before) == (0, 1)
    with pytest.raises(InputError, match="earlier version"):
        before.adopted(authority)
    take_in(before.desk, clip.recording)
    assert before.row.bounds_deg is None
    assert not (old / "derived" / adopted.footage_id / COVERAGE_FILE).exists(), "it was worked out without authority"
    again = ingest(before.desk, clip.recording, terrain=before.terrain)
    assert again["quarantined"] is False
    assert {**again, "name": ""} == {**adopted.summary, "name": ""}
    uses(before, authority)["locate"]()


def first_tables(database: Path) -> None:
    """The tables of the first version."""
    engine, config = create_engine(f"sqlite:///{database}"), Config()
    config.set_main_option("script_location", "otear.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()


def test_the_public_clip_is_released_to_work_by_the_authority_that_covers_it(
    workspace: Workspace, shared_data: Path
) -> None:
    desk, clip = desk_in(workspace), shared_data / "video" / "huntsville-sim.ts"
    for name, role, holder in (("host-usa", KeyRole.HOST, "USA"), ("programme", KeyRole.PROGRAMME, "Programme")):
        register_key(desk, EXAMPLES / "keys" / f"{name}-example.pub", role, holder)
    summary = ingest(desk, clip, terrain=None, stated=Stated(SensorKind.VISIBLE))
    assert summary["quarantined"] is True
    assert (summary["looks"], summary["frames"], summary["packets"]["valid"]) == (0, 277, 277)
    with pytest.raises(RefusedError):
        held(desk, find(workspace, "latest"), Action.VIEW_IMAGERY)
    authority = import_authority(desk, EXAMPLES / "authority-huntsville.yaml")
    row = find(workspace, "latest")
    unstated = adopt(desk, row, authority, UNSTATED, terrain=None)
    assert unstated.decision.rule == "missing_fact", "the stream does not say what its camera sees by"
    adoption = adopt(desk, row, authority, Stated(SensorKind.VISIBLE), terrain=None)
    assert adoption.decision.allowed
    assert adoption.row.summary["quarantined"] is False
    assert adoption.row.summary["looks"] > 0
    told = [(entry["action"], entry["outcome"]) for entry in log_of(workspace)][2:]
    assert told == [
        ("ingest", "done"), ("adopt", "refused"), ("view_imagery", "refused"), ("import_authority", "done"),
        ("adopt", "refused"), ("adopt", "done"),
    ]  # fmt: skip
    assert log_of(workspace)[-1]["authority"] == {"id": authority.authority_id, "sha256": authority.sha256}


def switching(**pairs: tuple[object, object]) -> bytes:
    """A stream that names one thing in its first half, and another in its second."""
    return klv(**{name: (lambda k, pair=pair: pair[k >= 10]) for name, pair in pairs.items()})


def test_every_camera_that_a_stream_names_must_be_authorized(workspace: Workspace, tmp_path: Path) -> None:
    both = switching(image_source_sensor=("EO", "IR"))
    assert taken(workspace, both, sensors=["visible"])["quarantine"]["rule"] == "sensor"
    assert taken(workspace, klv(platform_heading_deg=2.0))["quarantined"] is False
    other = create_workspace(tmp_path / "other")
    assert taken(other, both, sensors=["visible", "thermal"])["quarantined"] is False
    assert "sensor thermal and visible" in log_of(other)[-1]["reason"]


def test_a_camera_whose_name_means_nothing_is_what_somebody_says_it_is(workspace: Workspace) -> None:
    odd = switching(image_source_sensor=("EO", "Turret 2"))
    assert taken(workspace, odd)["quarantine"]["rule"] == "missing_fact"
    with pytest.raises(InputError, match="visible"):
        taken(workspace, odd, Stated(SensorKind.THERMAL))
    assert taken(workspace, odd, Stated(SensorKind.VISIBLE))["quarantined"] is False


def test_a_stream_of_two_aircraft_is_of_neither(workspace: Workspace) -> None:
    summary = taken(workspace, switching(platform_tail_number=("OTEAR-SIM-1", "XB-OTHER")))
    assert summary["quarantine"]["rule"] == "doubtful_fact"
    assert "XB-OTHER" in summary["quarantine"]["because"]


def test_what_was_looked_at_must_be_known_where_not_everything_may_be(scene: Scene, clip: Any, tmp_path: Path) -> None:
    """Elevation of elsewhere places nothing: nobody can say that the camera kept out of the zone."""
    far = tmp_path / "far.tif"
    with rasterio.open(clip.terrain) as near:
        profile = {**near.profile, "transform": from_origin(10.0, 50.0, *near.res)}
        heights = near.read(1)
    with rasterio.open(far, "w", **profile) as file:
        file.write(heights, 1)
    closed = scene.authority(exclusions=[zone(circle(-107.0, 25.0, 100), "view")], reference="TEST/closed")
    row = find(scene.workspace, "latest")
    blind = adopt(scene.desk, row, closed, UNSTATED, terrain=open_terrain([far]))
    assert (blind.decision.rule, blind.row.quarantined) == ("view_unknown", True)
    assert adopt(scene.desk, row, closed, UNSTATED, terrain=scene.terrain).decision.allowed


def test_pictures_of_which_nobody_knows_where_they_were_taken_stay_in_quarantine(scene: Scene) -> None:
    row = find(scene.workspace, "latest")
    facts = flown(scene.workspace, row, UNSTATED)
    authority = scene.authority()
    for pictures_s, allowed in ((facts.pictures_s + 5.0, True), (facts.pictures_s + 600.0, False)):
        generation, decision = flight_covered(scene.desk, authority, replace(facts, pictures_s=pictures_s))
        assert (generation is not None) is allowed
        assert allowed or decision.rule == "doubtful_fact"
