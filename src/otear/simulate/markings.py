"""What every recording of our own making says of whom it is from, and how it is marked."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from tstrans.klv import (
    ClassifyingCountryCodingMethod,
    CoreId,
    IdType,
    ObjectCountryCodingMethod,
    SecurityClassification,
    SecurityLs,
    encode_core_id,
    encode_security,
)


def security_set(*, caveats: str | None = None, releasing_instructions: str | None = None) -> bytes:
    """An ST 0102 set: UNCLASSIFIED, a test marking."""
    return encode_security(
        SecurityLs(
            security_classification=SecurityClassification.UNCLASSIFIED,
            classifying_country_coding_method=ClassifyingCountryCodingMethod.GENC_THREE_LETTER,
            classifying_country="//USA",
            object_country_coding_method=ObjectCountryCodingMethod.GENC_THREE_LETTER,
            object_country_codes="MEX",
            caveats=caveats,
            releasing_instructions=releasing_instructions,
            version=12,
        )
    )


def core_id(sensor: str, platform: str) -> bytes:
    """An ST 1204 identifier of a sensor and a platform, by their names, that exist in software only."""
    first, second = ((IdType.VIRTUAL, uuid5(NAMESPACE_URL, f"urn:otear:{name}").bytes) for name in (sensor, platform))
    return encode_core_id(CoreId(version=1, sensor=first, platform=second))
