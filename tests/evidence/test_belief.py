"""What is believed of a place, line by line: each line is worth what it says, and the lines add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.odds import log_odds, probability
from otear.domain.evidence import PassOver, Report, Sign
from otear.domain.kinds import CueKind, SiteKind
from otear.errors import InputError
from otear.evidence.belief import Scales, believed
from otear.evidence.rates import ESTIMATED
from otear.evidence.staleness import DAY_US

NOW = 1_000 * DAY_US


def over(name: str, *kinds: CueKind, days_ago: float = 0.0, condition: str = "", pd: float = 0.6) -> PassOver:
    signs = tuple(Sign(kind, 0.9, 0.3) for kind in kinds)
    return PassOver(name, NOW - round(days_ago * DAY_US), condition or name, pd, signs)


def belief(*passes: PassOver, reports: tuple[Report, ...] = (), prior: float = 0.02) -> float:
    return believed(prior, passes, reports, at_us=NOW).posterior


def test_without_evidence_the_forecast_is_believed() -> None:
    assert belief() == pytest.approx(0.02)


PASS = st.builds(
    lambda n, kinds, days, condition, pd: over(f"p-{n}", *kinds, days_ago=days, condition=condition, pd=pd),
    st.integers(0, 10**9), st.lists(st.sampled_from(CueKind), max_size=3, unique=True), st.floats(0.0, 200.0),
    st.sampled_from(["thermal night", "visible day"]), st.floats(0.0, 1.0),
)  # fmt: skip


@given(st.lists(PASS, max_size=8, unique_by=lambda one: one.pass_id), st.randoms())
def test_lines_add_up_and_their_order_does_not_matter(passes: list[PassOver], chance: object) -> None:
    found = believed(0.05, passes, [], at_us=NOW)
    assert log_odds(found.posterior) == pytest.approx(sum(line.log_ratio for line in found.lines), abs=1e-6)
    assert sum(found.kinds.values()) == pytest.approx(1.0)
    shuffled = list(passes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert believed(0.05, shuffled, [], at_us=NOW).posterior == pytest.approx(found.posterior, rel=1e-9)


def test_an_empty_look_lowers_belief_as_much_as_it_was_good() -> None:
    poor, good = belief(over("p", pd=0.2)), belief(over("p", pd=0.9))
    assert good < poor < 0.02
    assert belief(over("p", pd=0.0)) == pytest.approx(0.02), "a look that could see nothing is none"


def test_a_pass_that_could_see_nothing_does_not_thin_the_others() -> None:
    seen = over("a", CueKind.DRUMS, condition="c")
    assert belief(seen, over("b", condition="c", pd=0.0)) == belief(seen)


def test_the_second_look_in_the_same_light_says_less_than_one_in_another() -> None:
    first = over("a", CueKind.DRUMS, condition="visible day")
    same = belief(first, over("b", CueKind.DRUMS, condition="visible day"))
    other = belief(first, over("b", CueKind.DRUMS, condition="thermal night"))
    assert belief(first) < same < other


@pytest.mark.parametrize("kind", [CueKind.STRUCTURE, CueKind.TANK, CueKind.DRUMS])
def test_the_same_thing_seen_again_and_again_is_one_thing(kind: CueKind) -> None:
    """However surely it is there, it is worth how much oftener it is at sites than elsewhere, and no more."""
    many = [over(f"p-{k}", kind, condition=f"c-{k}") for k in range(20)]
    most = log_odds(0.02) + np.log(ESTIMATED.at_sites(kind)) - np.log(ESTIMATED.elsewhere(kind))
    found = believed(0.02, many, [], at_us=NOW)
    assert log_odds(found.posterior) == pytest.approx(most, abs=1e-3)
    assert [line.log_ratio >= 0.0 for line in found.lines[1:]] == [True] * 20
    other = CueKind.COVER if kind is CueKind.DRUMS else CueKind.DRUMS
    assert belief(many[0], over("q", other)) > belief(many[0]), "another thing says more"


def test_a_homestead_is_not_a_laboratory_however_much_of_it_is_seen() -> None:
    """House, yard, tank and vehicle are there together at both: each alone may point at a site, all together do not."""
    things = (CueKind.STRUCTURE, CueKind.CLEARING, CueKind.TANK, CueKind.VEHICLE)
    whole = believed(0.02, [over(f"p-{k}", *things) for k in range(4)], [], at_us=NOW)
    assert whole.posterior < 0.1
    assert max(whole.others, key=lambda name: whole.others[name]) in {"homestead", "settlement"}
    assert sum(whole.others.values()) == pytest.approx(1.0)
    drums = belief(*(over(f"p-{k}", *things, CueKind.DRUMS) for k in range(4)))
    assert drums > 5.0 * whole.posterior


def test_heat_goes_cold_and_buildings_stay() -> None:
    assert belief(over("a", CueKind.HEAT_SOURCE, days_ago=5.0)) < 1.05 * 0.02
    assert belief(over("a", CueKind.STRUCTURE, days_ago=300.0)) == belief(over("a", CueKind.STRUCTURE))


def test_what_is_seen_says_what_it_is() -> None:
    strip = believed(0.1, [over("a", CueKind.CLEARING, CueKind.TRACK)], [], at_us=NOW)
    works = believed(0.1, [over("a", CueKind.DRUMS, CueKind.WASTE_PIT)], [], at_us=NOW)
    assert strip.kinds[SiteKind.AIRSTRIP] > 2.0 * works.kinds[SiteKind.AIRSTRIP]
    assert max(works.kinds, key=lambda kind: works.kinds[kind]) is SiteKind.LABORATORY


def test_a_tip_that_our_pass_prompted_is_told_and_not_counted() -> None:
    tip = Report("tip", NOW, "village", 0.3, 0.01, ("h-1",))
    found = believed(0.02, [over("a", CueKind.DRUMS)], [tip], at_us=NOW, derived_from={"h-1": ["a"]})
    assert found.posterior == belief(over("a", CueKind.DRUMS))
    assert (found.lines[-1].kind, found.lines[-1].log_ratio) == ("not counted", 0.0)
    assert "goes back to a" in found.lines[-1].why
    fresh = believed(0.02, [over("a", CueKind.DRUMS)], [tip], at_us=NOW)
    assert fresh.posterior > found.posterior


def test_no_report_is_proof() -> None:
    sure = Report("r", NOW, "somebody", 0.99, 1e-6)
    assert belief(reports=(sure,)) == pytest.approx(float(probability(log_odds(0.02) + np.log(20.0))))


def test_what_is_not_known_yet_is_not_believed_yet() -> None:
    ahead = PassOver("a", NOW + 1, "a", 0.9, (Sign(CueKind.DRUMS, 0.99, 0.2),))
    assert belief(ahead) == pytest.approx(0.02)


def test_words_say_what_moved_it() -> None:
    found = believed(0.02, [over("a", CueKind.DRUMS), over("b", days_ago=60.0)], [], at_us=NOW)
    assert [line.kind for line in found.lines] == ["forecast", "miss", "cue"]
    assert "60% of sites would have shown themselves" in found.lines[1].why
    assert "25% of it left" in found.lines[1].why
    assert "drums, 90% sure" in found.lines[2].why


def test_one_pass_is_one_pass() -> None:
    with pytest.raises(InputError, match="twice"):
        believed(0.02, [over("a"), over("a", CueKind.DRUMS)], [], at_us=NOW)
    with pytest.raises(InputError, match="prior"):
        believed(0.0, [], [], at_us=NOW)


def test_outcomes_put_it_right() -> None:
    scales = Scales(curve=lambda stated: 0.5 * stated)  # type: ignore[arg-type]
    assert believed(0.02, [], [], at_us=NOW, scales=scales).posterior == pytest.approx(0.01)
