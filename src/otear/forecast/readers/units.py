"""Quantities in the units of their sources, brought to kilograms, litres and tablets without a rounding.

The avoirdupois pound is 0.45359237 kg exactly (international yard and pound agreement, 1959), the ounce a sixteenth of
it; the US gallon is 231 cubic inches of 2.54 cm, 3.785411784 litres exactly.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

from otear.domain.records import Precision, Quantity, Unit
from otear.errors import InputError

_POUND_KG = Decimal("0.45359237")
_EXACT = Context(prec=200, traps=[Inexact])

FACTORS: dict[str, tuple[Unit, Decimal]] = {
    "tablet": (Unit.TABLET, Decimal(1)),
    "tablets": (Unit.TABLET, Decimal(1)),
    "kg": (Unit.KILOGRAM, Decimal(1)),
    "g": (Unit.KILOGRAM, Decimal("0.001")),
    "mg": (Unit.KILOGRAM, Decimal("0.000001")),
    "t": (Unit.KILOGRAM, Decimal(1000)),
    "lb": (Unit.KILOGRAM, _POUND_KG),
    "lbs": (Unit.KILOGRAM, _POUND_KG),
    "oz": (Unit.KILOGRAM, _POUND_KG / 16),
    "litre": (Unit.LITRE, Decimal(1)),
    "litres": (Unit.LITRE, Decimal(1)),
    "l": (Unit.LITRE, Decimal(1)),
    "ml": (Unit.LITRE, Decimal("0.001")),
    "gal": (Unit.LITRE, Decimal("3.785411784")),
}
"""What units are called, the unit they are brought to, and how many of it one of them is."""


def quantity(amount: Decimal, unit: str, precision: Precision = Precision.COUNTED) -> Quantity:
    """An amount in a unit of `FACTORS`, any case, kept as it is and in the house's unit. Raises `InputError`."""
    name = unit.strip().casefold()
    if name not in FACTORS:
        raise InputError(f"the unit {unit!r} is unknown", field="unit", remedy="Write one of " + ", ".join(FACTORS))
    if not amount.is_finite() or amount < 0:
        raise InputError(f"{amount} is not an amount", field="amount", remedy="Give a number of at least 0")
    kept, factor = FACTORS[name]
    return Quantity(_EXACT.multiply(amount, factor), kept, amount, unit.strip(), precision)
