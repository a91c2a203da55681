"""People and animals cannot come out of a foreign detector, whatever it says and however it is described."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.detect.base import KINDS
from otear.detect.classes import Classes, ForeignClass, never
from otear.domain.kinds import CueKind
from otear.errors import SettingError

PEOPLE = ForeignClass("person", None)
CAR, ROOF = ForeignClass("car", CueKind.VEHICLE), ForeignClass("roof", CueKind.STRUCTURE)
CLASSES = Classes([PEOPLE, CAR, ForeignClass("sheep", None), ROOF])
SCORE = st.floats(0.0, 1.0, width=32)


@pytest.mark.parametrize(
    "name",
    [
        "person",
        "Persons",
        "people",
        "pedestrian",
        "male_face",
        "DogHouse",
        "cattle",
        "peatón",
        "Niños",
        "license plate",
    ],
)
def test_such_a_name_may_not_stand_for_a_kind(name: str) -> None:
    with pytest.raises(SettingError, match="may not stand for"):
        Classes([ForeignClass(name, CueKind.VEHICLE)])
    assert len(Classes([ForeignClass(name, None), CAR])) == 2, "but the model may have it"


@pytest.mark.parametrize("name", ["car", "truck", "shed", "oil drum", "tarpaulin", "manhole", "catwalk", "facade"])
def test_names_of_things_may(name: str) -> None:
    assert never(name) is None


@settings(max_examples=40)
@given(st.lists(st.tuples(SCORE, SCORE, SCORE, SCORE), min_size=1, max_size=20))
def test_a_candidate_stays_only_where_one_of_ours_is_above_all_others(rows: list[tuple[float, ...]]) -> None:
    scores = np.array(rows, dtype=np.float32)
    kept, kind, score = CLASSES.best(scores)
    assert kept.tolist() == [k for k, row in enumerate(rows) if max(row[1], row[3]) > max(row[0], row[2])]
    for k, what, value in zip(kept, kind, score, strict=True):
        assert value == max(scores[k, 1], scores[k, 3])
        assert KINDS[what] is (CueKind.VEHICLE if scores[k, 1] >= scores[k, 3] else CueKind.STRUCTURE)


def test_rows_labelled_as_none_of_ours_are_dropped() -> None:
    rows, kind = CLASSES.labelled(np.array([0, 1, 2, 3, 0]))
    assert rows.tolist() == [1, 3]
    assert [KINDS[what] for what in kind] == [CueKind.VEHICLE, CueKind.STRUCTURE]


def test_what_the_model_has_and_the_description_lacks_is_an_error() -> None:
    with pytest.raises(SettingError, match="4 are described"):
        CLASSES.best(np.zeros((2, 5), dtype=np.float32))
    with pytest.raises(SettingError, match="label 4"):
        CLASSES.labelled(np.array([4]))
    with pytest.raises(SettingError, match="no class stands"):
        Classes([PEOPLE])
