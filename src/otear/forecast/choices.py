"""What no fit of `pooled` can learn, as choices: a neutral one, and those that lie around it.

The neutral values are round numbers that stand for no more than an order of magnitude, the same for every register.
Those around it change one of them, to about half or double (a cap on a count: to a third or three times). Which of them
to trust is for `stacked` to learn, from the years before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Choices:
    """`half_lives` in years of an area's own past; `lasting` that of what is known of surroundings; `most_around`, how
    many sites a year counts for at most in surroundings; `state_looks`, how many area-years at the nation's rate a
    state starts with; `area_looks`, how many years at its state's rate an area's rate starts with. One sigma of what
    may be learned: `weight_width` of the logarithm of a weight, `slope_width` of a slope of a trend, `year_width` of
    the logarithm by which a year differs as a whole.
    """

    half_lives: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    lasting: float = 4.0
    most_around: float = 3.0
    state_looks: float = 5.0
    area_looks: float = 0.5
    weight_width: float = 1.0
    slope_width: float = 0.5
    year_width: float = 0.3


NEUTRAL = Choices()


def around(middle: Choices = NEUTRAL, *, surroundings: bool) -> dict[str, Choices]:
    """The choices to be tried, by name, the middle first; those about surroundings where areas have any."""
    tried = {
        "neutral": middle,
        "weights held": replace(middle, weight_width=middle.weight_width / 2.0),
        "weights free": replace(middle, weight_width=middle.weight_width * 2.0),
        "slopes held": replace(middle, slope_width=middle.slope_width / 2.0),
        "long memory": replace(middle, half_lives=tuple(2.0 * years for years in middle.half_lives)),
        "own rate slow": replace(middle, area_looks=middle.area_looks * 2.0),
    }
    if surroundings:
        tried |= {
            "few around": replace(middle, most_around=middle.most_around / 3.0),
            "many around": replace(middle, most_around=middle.most_around * 3.0),
        }
    return tried
