"""New cues join sites: the same whatever their order in a pass, each once, and never far from where they are."""

from __future__ import annotations

import numpy as np

from otear.domain.kinds import CueKind
from otear.domain.sites import Verdict
from otear.evidence.accounts import joined, named
from otear.evidence.histories import Change, Merged, Seen, site_name, standing
from otear.evidence.marks import Mark
from otear.evidence.worth import Step, answer_worth, step_after


def mark(piece: str, at: tuple[float, float], *, flight: str = "1", time_us: int = 0) -> Mark:
    small = np.eye(2)
    return Mark(piece, flight, time_us, CueKind.DRUMS, np.array(at), 9.0 * small, 25.0 * small, 4.0 * small)


def test_a_pass_founds_sites_and_the_next_pass_finds_them_again() -> None:
    first = [mark("a", (0.0, 0.0)), mark("b", (20.0, 5.0)), mark("c", (500.0, 0.0))]
    changes: list[Change] = [*joined([], [], first)]
    assert standing(changes) == {site_name("a"): {"a", "b"}, site_name("c"): {"c"}}
    second = [mark("d", (10.0, -8.0), flight="2", time_us=9), mark("e", (900.0, 0.0), flight="2", time_us=8)]
    changes += joined(changes, first, second)
    assert standing(changes)[site_name("a")] == {"a", "b", "d"}
    assert standing(changes)[site_name("e")] == {"e"}
    assert joined(changes, first, [*first, *second]) == []


def test_the_order_in_which_cues_of_a_pass_come_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    places = rng.uniform(0.0, 600.0, (25, 2)).tolist()
    marks = [mark(f"c-{k}", (x, y), time_us=k // 3) for k, (x, y) in enumerate(places)]
    found = joined([], [], marks)
    for _ in range(5):
        assert joined([], [], [marks[k] for k in rng.permutation(25)]) == found
    assert sorted(one.piece for one in found) == sorted(one.piece for one in marks)


def test_what_is_seen_of_a_merged_site_goes_to_the_whole_and_old_names_lead_to_it() -> None:
    first = [mark("a", (0.0, 0.0)), mark("c", (500.0, 0.0))]
    changes: list[Change] = [*joined([], [], first)]
    changes.append(Merged("m", site_name("a"), site_name("c")))
    (seen,) = joined(changes, first, [mark("d", (250.0, 0.0), flight="2", time_us=9)])
    assert seen == Seen("seen-d", "d", site_name("c")), "the middle of the whole is between its parts"
    assert named(site_name("a"), changes) == site_name("c")
    assert named(site_name("d"), [*changes, seen]) == site_name("c"), "the name that another workspace gave it"
    assert named(site_name("x"), changes) is None


def test_pieces_that_may_not_be_worked_on_leave_their_site_as_it_is() -> None:
    first = [mark("a", (0.0, 0.0)), mark("b", (500.0, 0.0))]
    changes: list[Change] = [*joined([], [], first)]
    (seen,) = joined(changes, first[:1], [mark("d", (500.0, 0.0), flight="2")])
    assert seen.site == site_name("d"), "nobody knows where the other one is"


def test_the_next_step_follows_the_verdict() -> None:
    pd, pfa = 0.9, 0.03
    assert step_after(0.6, None, pd, pfa).step is Step.REVIEW
    assert step_after(0.6, Verdict.CONFIRMED, pd, pfa).step is Step.HAND_OVER
    assert step_after(0.9, Verdict.REFUTED, pd, pfa).step is Step.LEAVE
    again = step_after(0.3, Verdict.LOOK_AGAIN, pd, pfa)
    assert again.step is Step.LOOK
    assert again.worth < float(answer_worth(0.3, pd, pfa))
    assert step_after(0.0001, None, pd, pfa).step is Step.LEAVE
