"""A plan in a workspace: made, kept, shown, exported, made again after a flight; and refused without authority."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from otear.authority.roles import Actor, Role
from otear.domain.authority import Authority
from otear.domain.clock import FixedClock
from otear.domain.plan import Because, Plan
from otear.errors import InputError, NotFoundError, RefusedError, SettingError
from otear.flight.aircraft import aircraft_text
from otear.flight.library import profile
from otear.flight.wind import Wind
from otear.geo.terrain import ConstantTerrain, VerticalDatum
from otear.store.plan_documents import plan_from, plan_text
from otear.store.workspace import create_workspace
from otear.workflow import plans, requests
from otear.workflow.authorities import revoke_authority
from otear.workflow.desk import Desk
from otear.workflow.fleet import import_aircraft
from otear.workflow.planning import Order, make_plan

from ..consent import NOW_US, consented, desk_in, log_of
from ..plan.test_documents import REQUEST

GROUND = ConstantTerrain(450.0, VerticalDatum.ELLIPSOID, 5.0)
FROM_US = NOW_US + 12 * 3_600_000_000
ORDER = Order(FROM_US, 1, seconds=0.05, bases=((24.8, -107.4),), wind=Wind(4.0, 250.0, 0.5), seed=3)
WINDOW = {"start": "2026-01-01T00:00:00Z", "end": "2026-12-31T00:00:00Z"}


def volumes(radius_m: float = 11_000.0) -> list[dict[str, Any]]:
    return [
        {
            "name": "hills",
            "area": {"circle": {"centre": [-107.4, 24.8], "radius_m": radius_m}},
            "altitude": {"lower_m": 0, "upper_m": 9_000, "datum": "egm96"},
            "window": WINDOW,
        }
    ]


def prepared(folder: Path) -> tuple[Desk, Authority]:
    """A workspace with an authority and one aircraft."""
    desk = desk_in(create_workspace(folder / "workspace"))
    authority = consented(desk, folder, volumes=volumes())
    path = folder / "aircraft.yaml"
    path.write_text(aircraft_text(profile("medium-fixed-wing")), encoding="utf-8")
    import_aircraft(desk, path)
    return desk, authority


@pytest.fixture
def ready(tmp_path: Path) -> tuple[Desk, Authority]:
    return prepared(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Authority, Plan]:
    """A plan, made once; nobody changes what it was made from."""
    desk, authority = prepared(tmp_path_factory.mktemp("planned"))
    return desk, authority, make_plan(desk, authority, ORDER, [], terrain=GROUND)


def test_a_plan_is_made_kept_and_on_record(made: tuple[Desk, Authority, Plan]) -> None:
    desk, authority, plan = made
    assert plan.plan_id.startswith("p-")
    assert plan.authority_id == authority.authority_id
    (flight,) = plan.sorties
    assert flight.sortie.depart_us >= FROM_US
    assert flight.back_us <= FROM_US + 86_400_000_000
    assert set(flight.crews) <= {f"{seat} {k}" for seat in ("pilot", "sensor operator") for k in (1, 2)}
    one = plan.guarantee
    assert 0.0 < one.p_detect <= one.bound <= 1.0
    assert one.ratio == pytest.approx(one.p_detect / one.bound)
    assert one.with_cancellations == pytest.approx(0.8 * one.p_detect, rel=0.01)
    assert one.factor == pytest.approx(1.0, abs=0.05)
    assert 0.0 < one.explore_share < 0.4
    assert plans.shown(desk, plan.plan_id[:6]) == plan
    entry = next(entry for entry in log_of(desk.workspace) if plan.plan_id in json.dumps(entry))
    assert entry["action"] == "plan"
    for name in flight.drawn:
        assert name in entry["reason"]


def test_it_says_of_every_box_why(made: tuple[Desk, Authority, Plan]) -> None:
    _, _, plan = made
    swept = {name for one in plan.sorties for name in one.boxes}
    for box in plan.boxes:
        assert box.words.en
        assert box.words.es
        assert (box.because in {Because.WORTH, Because.DRAWN}) is (box.name in swept)
        assert bool(box.sorties) is (box.name in swept)
    assert sum(box.worth for box in plan.boxes) == pytest.approx(1.0)
    assert sum(box.found for box in plan.boxes) == pytest.approx(plan.guarantee.p_detect)
    assert any("no forecast" in words.en for words in plan.assumed)


def test_a_plan_that_was_written_is_read_again(made: tuple[Desk, Authority, Plan]) -> None:
    _, _, plan = made
    assert plan_from(plan_text(plan)) == plan


def test_the_same_order_gives_the_same_plan(made: tuple[Desk, Authority, Plan]) -> None:
    desk, authority, plan = made
    again = make_plan(desk, authority, ORDER, [], terrain=GROUND)
    assert plan_text(again) == plan_text(plan)
    assert [one.plan_id for one in plans.listed(desk)].count(plan.plan_id) == 1


def test_a_request_draws_the_plan_to_its_ground(ready: tuple[Desk, Authority], tmp_path: Path) -> None:
    desk, authority = ready
    path = tmp_path / "request.yaml"
    text = REQUEST.replace("[-106.95, 24.93]", "[-107.46, 24.86]").replace("priority: 2", "priority: 1")
    path.write_text(text.replace("radius_m: 6000", "radius_m: 3000").replace("gsd_m: 0.25\n", ""), encoding="utf-8")
    asked, new = requests.import_request(desk, path)
    assert new
    assert not requests.import_request(desk, path)[1]
    short = replace(ORDER, explore=0.0)
    plan = make_plan(desk, authority, short, [], terrain=GROUND)
    wanted = [box for box in plan.boxes if box.requests == (asked.request_id,) and box.weight > 4.0]
    assert wanted
    assert all(box.sorties or box.because is Because.NOT_ALLOWED for box in wanted)
    requests.withdraw(desk, asked.request_id, "no longer needed")
    assert not requests.standing(desk.workspace, frozenset(), FROM_US, FROM_US + 1)
    with pytest.raises(NotFoundError):
        requests.withdraw(desk, asked.request_id, "again")


@pytest.mark.parametrize("ending", [".kml", ".plan", ".geojson", ".cot"])
def test_sorties_are_exported_by_number(made: tuple[Desk, Authority, Plan], tmp_path: Path, ending: str) -> None:
    desk, authority, plan = made
    ((path, _),) = plans.export(desk, plan, authority, tmp_path / f"out{ending}", number=1, terrain=GROUND)
    assert path.stat().st_size > 1_000
    if ending == ".kml":
        assert ElementTree.parse(path).getroot().tag.endswith("kml")
    with pytest.raises(InputError, match="no sortie 9"):
        plans.export(desk, plan, authority, tmp_path / f"no{ending}", number=9, terrain=GROUND)


def test_it_is_drawn(made: tuple[Desk, Authority, Plan], tmp_path: Path) -> None:
    desk, authority, plan = made
    for name in ("one.png", "two.png"):
        plans.picture(desk, plan, authority, tmp_path / name, terrain=None)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_under_an_authority_that_has_ended_nothing_is_planned(ready: tuple[Desk, Authority]) -> None:
    desk, authority = ready
    with pytest.raises(InputError, match="no ground"):
        make_plan(desk, authority, replace(ORDER, from_us=NOW_US + 200 * 86_400_000_000), [], terrain=GROUND)
    revoke_authority(desk, authority, "the host changed its mind")
    with pytest.raises(RefusedError, match="revoked"):
        make_plan(desk, authority, ORDER, [], terrain=GROUND)
    assert log_of(desk.workspace)[-1]["outcome"] == "refused"
    with pytest.raises(RefusedError, match="no_authority"):
        make_plan(desk, None, ORDER, [], terrain=GROUND)  # type: ignore[arg-type]


def test_after_its_end_an_authority_says_what_would_allow_it(ready: tuple[Desk, Authority]) -> None:
    desk, authority = ready
    late = replace(desk, clock=FixedClock(NOW_US + 400 * 86_400_000_000 * 365))
    with pytest.raises(RefusedError) as caught:
        make_plan(late, authority, ORDER, [], terrain=GROUND)
    assert caught.value.would_be_allowed_if


def test_an_analyst_plans_nothing(ready: tuple[Desk, Authority]) -> None:
    desk, authority = ready
    with pytest.raises(RefusedError):
        make_plan(replace(desk, actor=Actor("ana", frozenset({Role.ANALYST}))), authority, ORDER, [], terrain=GROUND)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 0}, "--days"),
        ({"explore": 1.5}, "--explore"),
        ({"seconds": 0.0}, "--seconds"),
        ({"side_m": 10.0}, "--box"),
    ],
)
def test_what_cannot_be_asked_for_is_named(ready: tuple[Desk, Authority], change: dict[str, Any], field: str) -> None:
    desk, authority = ready
    with pytest.raises(SettingError) as caught:
        make_plan(desk, authority, replace(ORDER, **change), [], terrain=GROUND)
    assert caught.value.field == field


def test_a_base_or_a_roster_is_needed(ready: tuple[Desk, Authority]) -> None:
    desk, authority = ready
    with pytest.raises(InputError, match="fly from"):
        make_plan(desk, authority, replace(ORDER, bases=()), [], terrain=GROUND)
    with pytest.raises(InputError, match="elevation"):
        make_plan(desk, authority, ORDER, [], terrain=None)
