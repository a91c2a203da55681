"""The maps are drawn, say what they must, and come out the same twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from otear.domain.bilingual import Bilingual
from otear.domain.records import Commodity, End, EndKind, FlowRecord, Source
from otear.domain.series import Series
from otear.errors import InputError, NotFoundError
from otear.forecast import canvas
from otear.forecast.areas import Areas
from otear.forecast.canvas import classes, clear_places, ribbon
from otear.forecast.flow_picture import arrows, draw_flows
from otear.forecast.map_picture import Direction, MapPicture, Trend, draw_map
from otear.forecast.readers.values import STATES, whole_year

FIVE = ("25", "26", "13", "21", "14")
COUNTRY, PORT = End("Far away", EndKind.COUNTRY, 35.0, 110.0), End("Port", EndKind.PORT, 20.5, -104.5)


def grid(keys: list[str], names: list[str]) -> Areas:
    shapes = [shapely.box(-106.0 + k % 4, 20.0 + k // 4, -105.0 + k % 4, 21.0 + k // 4) for k in range(len(keys))]
    return Areas("made", tuple(keys), tuple(names), tuple(names), np.array(shapes, dtype=object))


@pytest.fixture
def picture() -> MapPicture:
    states = grid(list(FIVE), [STATES[key] for key in FIVE])
    municipios = grid([f"{key}001" for key in FIVE], [STATES[key] for key in FIVE])
    expected = np.array([32.0, 5.0, 0.4, 0.0, np.nan])
    trends = [Trend(key, range(2020, 2026), [0, 1, 0, 2, 3, 5], Direction.RISING, Bilingual("b", "p")) for key in FIVE]
    return MapPicture(
        municipios, states, expected, expected * 0.5, expected * 2.0, 0.9, 2026, "press events", 2009, 2025,
        Bilingual("ours", "nuestro"), trends, "press events", "made up",
    )  # fmt: skip


def flow(count: int | None, year: int, line: int, *, end: End = PORT, revision: int = 0) -> FlowRecord:
    where = Source("f.csv", line, "https://example.org/a")
    period = whole_year(year)
    return FlowRecord("s", "a", COUNTRY, end, Commodity.PRECURSOR, period, where, count, revision=revision)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a picture says, where it is written as a file."""
    words: list[str] = []

    def listen(figure: Figure, path: Path) -> None:
        words.extend(text.get_text() for text in figure.findobj(Text))
        original(figure, path)

    original = canvas.write_png
    monkeypatch.setattr("otear.forecast.map_picture.write_png", listen)
    monkeypatch.setattr("otear.forecast.flow_picture.write_png", listen)
    return words


def test_the_map_names_states_series_and_what_counts_are_not(
    picture: MapPicture, tmp_path: Path, said: list[str]
) -> None:
    draw_map(picture, tmp_path / "map.png")
    text = "\n".join(said)
    for words in (*(STATES[key] for key in FIVE), "press events", "not a census", "never added", "25001", "16 – 64"):
        assert words in text
    assert "rising" in text
    assert "no forecast" in text
    assert "uncertain" in text
    drawn = cv2.imread(str(tmp_path / "map.png"))
    assert drawn is not None
    assert drawn.shape[1] == 1600


def test_the_map_in_spanish(picture: MapPicture, tmp_path: Path, said: list[str]) -> None:
    draw_map(picture, tmp_path / "map.png", "es")
    text = "\n".join(said)
    assert "Sitios clandestinos esperados por municipio, 2026" in text
    assert "No son un censo" in text
    assert "al alza" in text
    assert "rising" not in text


def test_the_same_flows_give_the_same_bytes(picture: MapPicture, tmp_path: Path, said: list[str]) -> None:
    series = Series("s", (flow(4, 2024, 2), flow(None, 2024, 3, end=End("Nowhere", EndKind.DISTRICT))))
    for name in ("a.png", "b.png"):
        draw_flows(series, picture.states, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    text = "\n".join(said)
    assert "https://example.org/a" in text
    assert "Far away → Nowhere" in text
    assert "beyond the map" in text


def test_a_map_of_wrong_numbers_or_of_unknown_states_is_refused(picture: MapPicture, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="for each of 5 areas"):
        replace(picture, low=np.zeros(3))
    with pytest.raises(InputError, match="at least 0"):
        replace(picture, low=np.full(5, -1.0))
    with pytest.raises(NotFoundError, match="no area '99'"):
        replace(picture, trends=[replace(picture.trends[0], state="99")])
    with pytest.raises(InputError, match="written as PNG"):
        draw_map(picture, tmp_path / "map.jpg")
    assert list(tmp_path.iterdir()) == []


def test_flows_of_several_years_are_put_together_and_contradictions_refused() -> None:
    (one,) = arrows(Series("s", (flow(4, 2023, 2), flow(5, 2024, 3))))
    assert one.count == 9
    (revised,) = arrows(Series("s", (flow(4, 2024, 2), flow(7, 2024, 3, revision=1))))
    assert revised.count == 7
    with pytest.raises(InputError, match="also given as 4"):
        arrows(Series("s", (flow(4, 2024, 2), flow(5, 2024, 3))))


def test_flows_without_places_are_refused(picture: MapPicture, tmp_path: Path) -> None:
    nowhere = flow(1, 2024, 2, end=End("Nowhere", EndKind.DISTRICT))
    with pytest.raises(InputError, match="none of its flows has a place"):
        draw_flows(Series("s", (nowhere,)), picture.states, tmp_path / "f.png")


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=20))
def test_classes_get_darker_and_hold_every_value(numbers: list[float]) -> None:
    values = np.array(numbers)
    found = classes(values)
    assert len(found.colours) == len(found.edges) + 1 == len(found.labels("below", "least"))
    assert (np.diff(found.edges) > 0.0).all()
    for value, at in zip(values, found.of(values), strict=True):
        assert at == 0 or found.edges[at - 1] <= value
        assert at == len(found.edges) or value < found.edges[at]
    light = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in (bytes.fromhex(each[1:]) for each in found.colours)]
    assert (np.diff(light) < -5.0).all()


@given(st.floats(-1e6, 1e6), st.floats(1e5, 1e6), st.floats(-0.4, 0.4), st.floats(1e3, 3e4))
def test_a_ribbon_points_to_its_end(x: float, length: float, bend: float, width: float) -> None:
    start, end = np.array([x, 0.0]), np.array([x + length, 0.0])
    outline = ribbon(start, end, bend, width, 5e3)
    assert np.isfinite(outline).all()
    tip = outline[np.argmin(np.hypot(*(outline - end).T))]
    assert np.hypot(*(tip - end)) <= 6e3
    assert shapely.Polygon(outline).area > 0.5 * width * (length - 1e4 - max(2.6 * width, 6e3))


def test_names_keep_off_what_is_to_be_seen() -> None:
    avoid = np.array([shapely.box(40, 40, 60, 60)], dtype=object)
    size = np.array([[20.0, 4.0]])
    (free,) = clear_places(np.array([[20.0, 80.0]]), size, (0, 100, 0, 100), avoid, (0.2, 0.2))
    assert free.tolist() == [20.0, 80.0]
    (moved,) = clear_places(np.array([[50.0, 58.0]]), size, (0, 100, 0, 100), avoid, (0.2, 0.2))
    box = shapely.box(*(moved - size[0] / 2), *(moved + size[0] / 2))
    assert shapely.area(shapely.intersection(box, avoid[0])) < 0.1 * box.area
