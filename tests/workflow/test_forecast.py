"""From files of counts to forecasts, maps and alerts: what is learned from, what is assumed, who may, what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.authority.roles import Actor, Role
from otear.domain.clock import FixedClock
from otear.domain.kinds import SiteKind
from otear.domain.records import Status
from otear.errors import InputError, NotFoundError, RefusedError, SettingError
from otear.forecast.alerts import Alert
from otear.forecast.areas import Areas
from otear.forecast.map_picture import Direction
from otear.store.workspace import Workspace
from otear.workflow.desk import Desk
from otear.workflow.forecast import fit, this_year
from otear.workflow.forecast_alerts import Terms, alerts_document, raised
from otear.workflow.forecast_documents import document
from otear.workflow.forecast_flows import write_flows
from otear.workflow.forecast_ground import ground_of
from otear.workflow.forecast_learning import Chosen, Learning, learning
from otear.workflow.forecast_map import Sources, write_map
from otear.workflow.forecast_records import import_document, import_records, kept_series, records_of, series_document
from otear.workflow.forecast_trends import direction, state_trends, states_named
from otear.workflow.forecast_use import expected_sites, spread_over

from ..consent import NOW_US, desk_in

KEYS = ("25001", "25002", "25003", "26001", "26002", "26003")
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
HEAD = "series,agency,area,year,count,exposure\n"


def counts(rows: Sequence[tuple[str, int, int]], series: str = "s", exposure: str = "") -> str:
    return HEAD + "".join(f"{series},ministry,{area},{year},{n},{exposure}\n" for area, year, n in rows)


ROWS = [("25001", 2022, 2), ("25001", 2023, 3), ("25001", 2025, 9), ("25002", 2023, 1), ("26003", 2025, 1)]


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    """Six municipios of two states, a degree each, in two rows."""
    boxes = [shapely.box(-108 + k % 3, 24 + k // 3, -107 + k % 3, 25 + k // 3) for k in range(6)]
    properties = [{"cvegeo": key, "nom_mun": f"M{key}"} for key in KEYS]
    return outlined(tmp_path / "areas.geojson", properties, boxes)


def outlined(path: Path, properties: Sequence[dict[str, str]], shapes: Sequence[Any]) -> Path:
    features = [
        {"type": "Feature", "properties": said, "geometry": json.loads(shapely.to_geojson(shape))}
        for said, shape in zip(properties, shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    return desk_in(workspace)


def write(folder: Path, text: str, name: str = "counts.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def learned(desk: Desk, areas: Path, folder: Path, text: str, chosen: Chosen = Chosen()) -> Learning:  # noqa: B008
    records = records_of([write(folder, text)])
    return learning(records, ground_of(desk.workspace, [areas]), chosen, before=2026)


def log_of(workspace: Workspace) -> list[dict[str, Any]]:
    return [json.loads(body) for body in workspace.ledger.bodies()]


# Records


def test_a_file_is_taken_in_once_and_told(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, counts(ROWS) + "t,press,25001,2025,11,\n")
    told = import_document(import_records(desk, path))
    assert (told["file"], told["records"], told["added"], told["already_here"]) == ("counts.csv", 6, 6, 0)
    assert told["counts"] == {"count": 6, "event": 0, "seizure": 0, "flow": 0}
    (conflict,) = told["conflicts"]
    assert conflict["across_series"]
    assert {(one["series"], one["value"]) for one in conflict["versions"]} == {("s", 9.0), ("t", 11.0)}
    again = import_document(import_records(desk, path))
    assert (again["added"], again["already_here"]) == (0, 6)
    assert again["sha256"] == told["sha256"]
    records, files = kept_series(desk)
    assert [series_document(one)["records"] for one in records.every] == [5, 1]
    assert [file.name for file in files] == ["counts.csv"]
    done = [(entry["action"], entry["subject"]["sha256"]) for entry in log_of(desk.workspace)]
    assert done == [("import_records", told["sha256"])] * 2


def test_a_fault_in_a_file_names_the_file_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, counts(ROWS) + "s,ministry,25001,2021,x,\n")
    with pytest.raises(InputError) as caught:
        import_records(desk, path)
    assert caught.value.source == f"{path} line 7"
    assert caught.value.field == "count"
    assert desk.workspace.records.files() == []
    with pytest.raises(InputError, match="is no file"):
        import_records(desk, tmp_path / "none.csv")


def test_a_file_whose_rows_name_no_series_takes_the_name_that_is_given(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "area,year,count\n25001,2024,3\n")
    with pytest.raises(InputError, match="name no series"):
        import_records(desk, path)
    assert import_records(desk, path, "mine").found.names == ("mine",)
    assert records_of([path], "mine").names == ("mine",)


def test_a_later_file_that_contradicts_an_earlier_one_is_told_and_nothing_is_learned(
    desk: Desk, areas: Path, tmp_path: Path
) -> None:
    import_records(desk, write(tmp_path, counts(ROWS)))
    later = import_records(desk, write(tmp_path, counts([("25001", 2025, 4)]), "later.csv"))
    (conflict,) = later.conflicts
    assert not conflict.across
    assert {version.value for version in conflict.versions} == {9, 4}
    with pytest.raises(InputError, match="higher revision"):
        fit(desk, [areas], Chosen("s"))


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.HOST_AUTHORITY, Role.RELEASE_OFFICER, Role.ADMINISTRATOR])
def test_only_planners_and_analysts_import_and_forecast(
    workspace: Workspace, areas: Path, tmp_path: Path, role: Role
) -> None:
    other, path = desk_in(workspace, actor=Actor("x", frozenset({role}))), write(tmp_path, counts(ROWS))
    sources = Sources((path,), (areas,))
    tried: tuple[Callable[[], object], ...] = (
        lambda: import_records(other, path),
        lambda: fit(other, [areas], Chosen()),
        lambda: write_map(other, sources, tmp_path / "m.png"),
        lambda: write_flows(other, sources, tmp_path / "f.png"),
        lambda: raised(other, sources, Terms()),
    )
    for step in tried:
        with pytest.raises(RefusedError):
            step()
    said = [(entry["action"], entry["outcome"]) for entry in log_of(workspace)]
    assert said == [("import_records", "refused"), *[("forecast", "refused")] * 4]
    assert not list(tmp_path.glob("*.png"))


# What is learned from


def test_exposure_is_of_the_year_where_nobody_says_and_none_where_nobody_reported(
    desk: Desk, areas: Path, tmp_path: Path
) -> None:
    found = learned(desk, areas, tmp_path, counts(ROWS))
    assert found.years == (2022, 2025)
    assert found.silent == (2024,)
    assert not found.stated
    assert found.panel.exposure.tolist() == [[1.0, 1.0, 0.0, 1.0]] * 6
    assert found.panel.counts.sum(axis=0).tolist() == [2.0, 4.0, 0.0, 10.0]
    assert found.panel.groups == ("25", "26")


def test_a_stated_exposure_is_used_and_lent_to_the_rest_of_its_year(desk: Desk, areas: Path, tmp_path: Path) -> None:
    text = HEAD + "s,m,25001,2024,1,0.25\ns,m,25002,2024,2,0.5\ns,m,25001,2025,2,\n"
    found = learned(desk, areas, tmp_path, text)
    assert found.stated
    assert found.panel.exposure[:, 0].tolist() == [0.25, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_years_that_are_not_over_are_left_out(desk: Desk, areas: Path, tmp_path: Path) -> None:
    found = learned(desk, areas, tmp_path, counts([*ROWS, ("25001", 2026, 50)]))
    assert found.years[1] == 2025
    assert found.panel.counts.max() == 9.0
    assert found.left_out == {"2026 and later years are not over": 1}
    assert this_year(desk) == 2026


def test_kinds_and_statuses_are_kept_apart(desk: Desk, areas: Path, tmp_path: Path) -> None:
    head = "series,agency,area,year,count,kind,status\n"
    rows = "s,m,25001,2024,5,laboratory,\ns,m,25001,2024,2,store,\ns,m,25001,2024,3,laboratory,active\n"
    every = learned(desk, areas, tmp_path, head + rows)
    assert every.kinds == {"laboratory": 5, "store": 2}
    assert every.left_out == {"its status is active": 1}
    only = learned(desk, areas, tmp_path, head + rows, Chosen(kinds=frozenset({SiteKind.STORE})))
    assert only.panel.counts.sum() == 2
    active = learned(desk, areas, tmp_path, head + rows, Chosen(status=Status.ACTIVE))
    assert active.panel.counts.sum() == 3


def test_the_series_that_places_most_sites_is_taken_and_series_are_never_added(
    desk: Desk, areas: Path, tmp_path: Path
) -> None:
    text = counts(ROWS) + counts([("25001", 2025, 40)], "t").removeprefix(HEAD)
    assert learned(desk, areas, tmp_path, text).series == "t"
    assert learned(desk, areas, tmp_path, text, Chosen("s")).panel.counts.sum() == sum(n for _, _, n in ROWS)
    with pytest.raises(NotFoundError, match="There are s, t"):
        learned(desk, areas, tmp_path, text, Chosen("u"))


def test_a_series_that_contradicts_itself_is_passed_over_and_told(desk: Desk, areas: Path, tmp_path: Path) -> None:
    twice = "series,agency,area,year,count,source\nt,m,25001,2024,50,a\nt,m,25001,2024,60,b\n"
    records = records_of([write(tmp_path, counts(ROWS)), write(tmp_path, twice, "twice.csv")])
    found = learning(records, ground_of(desk.workspace, [areas]), Chosen(), before=2026)
    assert found.series == "s"
    assert "higher revision" in found.passed_over["t"]


def test_what_counts_nowhere_here_says_why(desk: Desk, areas: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its area was not asked for"):
        learned(desk, areas, tmp_path, counts([("99999", 2024, 3)]))
    six_years = "series,agency,area,period_start,period_end,count\ns,m,25001,2019,2024,3\n"
    with pytest.raises(InputError, match="its period is not within one year"):
        learned(desk, areas, tmp_path, six_years, Chosen("s"))


def test_ground_is_one_file_of_areas_and_at_most_one_of_states(desk: Desk, areas: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="--areas"):
        ground_of(desk.workspace, [])
    with pytest.raises(InputError, match="2 files of areas"):
        ground_of(desk.workspace, [areas, EXAMPLES / "districts.geojson"])
    ground = ground_of(desk.workspace, [areas])
    assert ground.states.keys == ("25", "26")
    assert ground.states.names == ("Sinaloa", "Sonora")
    assert ground.state_file is None
    whole = shapely.union_all(ground.areas.shapes)
    assert shapely.union_all(ground.states.shapes).symmetric_difference(whole).area < 1e-3 * whole.area
    district = ground_of(desk.workspace, [EXAMPLES / "districts.geojson"])
    assert district.states.keys == ("Costa", "Sierra", "Valle")
    assert not district.mexican
    properties = [{"cve_ent": "25", "nom_ent": "SIN"}, {"cve_ent": "26", "nom_ent": "SON"}]
    states = outlined(tmp_path / "states.geojson", properties, list(ground.states.shapes))
    both = ground_of(desk.workspace, [states, areas])
    assert (both.states.names, len(both.areas)) == (("SIN", "SON"), 6)
    assert len(ground_of(desk.workspace, [states]).areas) == 2, "states alone are what is forecast"


# Forecasts


@pytest.fixture
def fitted(desk: Desk, areas: Path, tmp_path: Path) -> Desk:
    import_records(desk, write(tmp_path, counts(ROWS)))
    fit(desk, [areas], Chosen())
    areas.unlink()
    return desk


def test_a_forecast_is_kept_with_its_ground_and_says_what_it_assumes(fitted: Desk) -> None:
    row = fitted.workspace.records.latest_forecast()
    assert row is not None
    told = document(row, ground_of(fitted.workspace, []), 2026)
    assert (told["year"], told["years"], told["series"]) == (2026, [2022, 2025], "s")
    assert told["highest"][0]["area"] == "25001"
    assert told["highest"][0]["state"] == "Sinaloa"
    assert told["expected"] == pytest.approx(float(row.mean.sum()))
    assert sum(one["expected"] for one in told["states_expected"]) == pytest.approx(told["expected"])
    assert any("2024" in said and "nobody reported" in said for said in told["assumed"])
    assert any("not a census" in said for said in told["are_not"])
    assert told["warnings"] == []
    assert (row.mean > 0.0).all()
    last = log_of(fitted.workspace)[-1]
    assert (last["action"], last["subject"]["id"], last["outcome"]) == ("forecast", row.forecast_id, "done")
    assert last["subject"]["sha256"][:16] == row.forecast_id.removeprefix("fc-")


def test_the_same_fit_again_is_the_same_forecast(fitted: Desk) -> None:
    before = fitted.workspace.records.latest_forecast()
    again, _ = fit(fitted, [], Chosen("s"))
    assert before is not None
    assert again.forecast_id == before.forecast_id
    other, _ = fit(fitted, [], Chosen("s"), 2028)
    assert other.forecast_id != before.forecast_id
    assert other.year == 2028


@pytest.mark.parametrize("year", [2022, 2031])
def test_a_year_that_cannot_be_told_is_refused(fitted: Desk, year: int) -> None:
    with pytest.raises((SettingError, InputError)):
        fit(fitted, [], Chosen("s"), year)


def test_nothing_after_the_year_is_learned_from(fitted: Desk) -> None:
    row, found = fit(fitted, [], Chosen("s"), 2024)
    assert found.learning.years == (2022, 2023)
    assert found.learning.panel.counts.sum() == 6
    warned = document(row, found.ground, 2026)["warnings"]
    assert any("--year 2026" in said for said in warned)


def test_expected_sites_share_an_areas_number_by_its_ground(fitted: Desk) -> None:
    row = fitted.workspace.records.latest_forecast()
    assert row is not None
    mean = dict(zip(row.areas, row.mean.tolist(), strict=True))
    boxes = [
        shapely.box(-108.0, 24.0, -107.0, 25.0),
        shapely.box(-107.5, 24.0, -106.5, 25.0),
        shapely.box(-90.0, 20.0, -89.0, 21.0),
    ]
    found = expected_sites(fitted.workspace, boxes)
    assert found is not None
    assert found.mean == pytest.approx([mean["25001"], (mean["25001"] + mean["25002"]) / 2, 0.0], rel=2e-3)
    assert found.shape[0] == pytest.approx(row.shape[row.areas.index("25001")], rel=1e-6)
    assert found.shape[2] == 1.0
    assert found.forecast_id == row.forecast_id
    for said in ("learned from s", "2022 to 2025", "2026", "6 areas of areas.geojson"):
        assert said in found.source


def test_a_workspace_without_a_forecast_expects_nothing(workspace: Workspace) -> None:
    assert expected_sites(workspace, [shapely.box(-108.0, 24.0, -107.0, 25.0)]) is None


@settings(max_examples=20)
@given(st.integers(2, 9), st.integers(1, 7), st.lists(st.floats(0.01, 50.0), min_size=4, max_size=4))
def test_boxes_that_cover_everything_get_everything(columns: int, rows: int, means: list[float]) -> None:
    shapes = [shapely.box(-108 + k % 2, 24 + k // 2, -107 + k % 2, 25 + k // 2) for k in range(4)]
    areas = Areas("made", tuple("abcd"), tuple("abcd"), ("",) * 4, np.array(shapes, dtype=object))
    lon, lat = np.linspace(-108.0, -106.0, columns + 1), np.linspace(24.0, 26.0, rows + 1)
    boxes = [shapely.box(lon[i], lat[j], lon[i + 1], lat[j + 1]) for i in range(columns) for j in range(rows)]
    mean, shape = spread_over(areas, np.array(means), np.full(4, 0.5), boxes)
    assert mean.sum() == pytest.approx(sum(means), rel=1e-3)
    assert (shape >= 0.5 - 1e-9).all(), "adding areas makes a number surer, relative to it"


# Pictures and alerts


def test_the_map_of_the_kept_forecast_and_of_files(fitted: Desk, tmp_path: Path) -> None:
    kept = write_map(fitted, Sources(), tmp_path / "kept.png", states=["Sonora", "25"])
    assert (tmp_path / "kept.png").read_bytes().startswith(b"\x89PNG")
    row = fitted.workspace.records.latest_forecast()
    assert row is not None
    assert kept["forecast_id"] == row.forecast_id
    assert [(one["name"], one["counts"]["2024"]) for one in kept["trends"]["states"]] == [
        ("Sonora", None),
        ("Sinaloa", None),
    ]
    fresh = write_map(fitted, Sources((tmp_path / "counts.csv",), year=2027), tmp_path / "fresh.png", language="es")
    assert (fresh["forecast_id"], fresh["year"]) == ("", 2027)
    assert fitted.workspace.records.latest_forecast() is not None
    entries = log_of(fitted.workspace)[-2:]
    assert [entry["reason"] for entry in entries] == ["map of s for 2026", "map of s for 2027"]
    assert len(fitted.workspace.records.files()) == 1, "files that are named with a picture are not taken in"


def test_a_picture_that_cannot_be_drawn_leaves_nothing(fitted: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="PNG"):
        write_map(fitted, Sources(), tmp_path / "map.jpg")
    with pytest.raises(NotFoundError, match="no state 'Nowhere'"):
        write_map(fitted, Sources(), tmp_path / "map.png", states=["Nowhere"])
    with pytest.raises(NotFoundError, match="forecast fit"):
        write_map(fitted, Sources(chosen=Chosen("t")), tmp_path / "map.png")
    with pytest.raises(InputError, match="named twice"):
        write_map(fitted, Sources((tmp_path / "counts.csv",) * 2), tmp_path / "map.png")
    assert not list(tmp_path.glob("*map*"))


def alert(low: float, high: float) -> Alert:
    return Alert("25", 3.0, 1.0, 2.0, 1.0, (low * high) ** 0.5, low, high, 0.9, 0.1, 0.1)


def test_a_trend_is_told_only_where_it_is_clear() -> None:
    said = [direction(alert(*ends)) for ends in ((1.1, 9.0), (0.1, 0.9), (0.6, 1.8), (0.2, 5.0))]
    assert said == [Direction.RISING, Direction.FALLING, Direction.STEADY, Direction.UNCLEAR]
    assert direction(None) is Direction.UNCLEAR


def test_what_other_series_count_in_a_state_stands_beside_and_is_not_added(
    desk: Desk, areas: Path, tmp_path: Path
) -> None:
    other = "series,agency,area,period_start,period_end,count\nt,FGR,25,2019,2024,152\nt,FGR,25,2019,2021,99\n"
    records = records_of([write(tmp_path, counts(ROWS)), write(tmp_path, other, "other.csv")])
    ground = ground_of(desk.workspace, [areas])
    found = learning(records, ground, Chosen("s"), before=2026)
    told = state_trends(records, found, ground, [])
    assert [trend.state for trend in told.trends] == ["25", "26"]
    assert [str(one) for one in told.trends[0].others] == ["FGR 2019-01 – 2024-12: 152"]
    assert sum(told.trends[0].counts) == 15
    assert states_named(ground, ["sonora", "26"]) == ["26"]


def test_alerts_name_the_records_behind_them(desk: Desk, areas: Path, tmp_path: Path) -> None:
    rising = [("25001", year, n) for year, n in ((2020, 1), (2021, 1), (2022, 1), (2023, 1), (2024, 20), (2025, 30))]
    rows = rising + [("26001", year, 5) for year in range(2020, 2026)]
    sources = Sources((write(tmp_path, counts(rows)),), (areas,))
    told = alerts_document(raised(desk, sources, Terms()))
    (found,) = told["alerts"]
    assert (found["area"], found["state"]) == ("25001", "Sinaloa")
    assert (found["recent_sites"], found["earlier_sites"], found["never_before"]) == (50.0, 4.0, False)
    assert found["low"] > 1.0
    assert [(one["count"], one["line"]) for one in found["records"]] == [(20, 6), (30, 7)]
    (state,) = alerts_document(raised(desk, sources, Terms(states=True)))["alerts"]
    assert (state["area"], state["name"], len(state["records"])) == ("25", "Sinaloa", 2)
    assert alerts_document(raised(desk, sources, Terms(factor=100.0)))["alerts"] == []
    with pytest.raises(SettingError):
        raised(desk, sources, Terms(recent=9))
    assert log_of(desk.workspace)[-1]["subject"]["kind"] == "alerts"


def test_flows_are_of_one_series(desk: Desk, areas: Path, tmp_path: Path) -> None:
    flows = EXAMPLES / "flows.csv"
    told = write_flows(desk, Sources((flows,), (areas,)), tmp_path / "f.png", language="es")
    assert (told["series"], len(told["flows"]), told["drawn"]) == ("Example flows", 6, 5)
    assert {one["commodity"] for one in told["flows"]} == {"precursor", "product"}
    other = write(tmp_path, flows.read_text(encoding="utf-8").replace("Example flows", "Other flows"), "other.csv")
    with pytest.raises(InputError, match="2 series of flows"):
        write_flows(desk, Sources((flows, other), (areas,)), tmp_path / "g.png")
    with pytest.raises(NotFoundError, match="no series of flows"):
        write_flows(desk, Sources((), (areas,)), tmp_path / "g.png")
    assert not (tmp_path / "g.png").exists()


def test_the_five_states_of_mexico_from_the_press(desk: Desk, shared_data: Path) -> None:
    """States and keys are right, what is used is one series, and what is left out is told."""
    folder = shared_data / "mexico"
    records = records_of([folder / "lab_counts_press.csv", folder / "lab_events_press.csv"])
    ground = ground_of(desk.workspace, [folder / "mx_municipios_2020.geojson", folder / "mx_estados_2020.geojson"])
    assert (len(ground.areas), len(ground.states)) == (2469, 32)
    found = learning(records, ground, Chosen(), before=2026)
    assert (found.series, found.years, sum(found.kinds.values())) == ("press events", (2009, 2025), 225)
    told = state_trends(records, found, ground, [])
    names = dict(zip(ground.states.keys, ground.states.names, strict=True))
    assert [names[trend.state] for trend in told.trends] == ["Sinaloa", "Sonora", "Hidalgo", "Puebla", "Jalisco"]
    assert told.trends[0].direction is Direction.RISING
    assert sum(told.trends[3].counts) == 0, "no event of the sample is in Puebla"
    assert "SEDENA 2018-12 – 2021-09: 1" in [str(one) for one in told.trends[3].others]


def test_the_clock_says_which_years_are_over(workspace: Workspace, areas: Path, tmp_path: Path) -> None:
    later = desk_in(workspace, FixedClock(NOW_US + 366 * 86_400_000_000))
    import_records(later, write(tmp_path, counts([*ROWS, ("25001", 2026, 50)])))
    row, _ = fit(later, [areas], Chosen())
    assert (row.year, row.document["years"]) == (2027, [2022, 2026])
