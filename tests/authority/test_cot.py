"""Cursor on Target events that come in: what is flagged, what is not, and what is not even read."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.cot import MAX_BYTES, screen_cot
from otear.errors import InputError

XSD = "{http://www.w3.org/2001/XMLSchema}"


def event(type_name: str = "a-f-A-M-F-Q", detail: str = "", head: str = '<?xml version="1.0"?>') -> bytes:
    return (
        f'{head}<event version="2.0" uid="OTEAR-1" type="{type_name}" time="2026-03-01T00:00:00Z" '
        'start="2026-03-01T00:00:00Z" stale="2026-03-01T00:05:00Z" how="m-g">'
        f'<point lat="24.8" lon="-107.4" hae="1800" ce="20" le="30"/><detail>{detail}</detail></event>'
    ).encode()


def test_the_sample_is_an_event_by_the_public_schema(shared_data: Path) -> None:
    """The schema has no namespace and two elements with attributes: those required are there, `type` has its form."""
    schema = Xml.parse(shared_data / "cot" / "cot-base-event.xsd").getroot()
    sample = Xml.fromstring(event())
    for element, found in (("event", sample), ("point", sample.find("point"))):
        assert found is not None
        declared = schema.find(f"{XSD}element[@name='{element}']")
        assert declared is not None
        required = {item.get("name") for item in declared.iter(f"{XSD}attribute") if item.get("use") == "required"}
        assert len(required) >= 5
        assert required <= set(found.attrib)
    pattern = next(item.get("value", "") for item in schema.iter(f"{XSD}pattern") if ";" in item.get("value", ""))
    for kind in ("a-f-A-M-F-Q", "t-k-d", "b-m-p-s-p-i;extra"):
        assert re.fullmatch(pattern, kind)
        assert screen_cot(event(kind)).type == kind


@pytest.mark.parametrize(
    "kind", ["a-f-A-M-F-Q", "a-n-G-I-i-l", "t-s", "t-x-c", "b-m-p-s-p-i", "b-m-r", "a-f-A-C-F", "u-d-f"]
)
def test_an_event_about_tracks_places_and_surveys_is_not_flagged(kind: str) -> None:
    screening = screen_cot(event(kind, '<contact callsign="OTEAR 1"/><track speed="40" course="90"/>'))
    assert (screening.uid, screening.type, screening.flagged) == ("OTEAR-1", kind, ())


@pytest.mark.parametrize("kind", ["t-k", "t-k-d", "T-K", "t-k;x", "a-h-A-W-M-S", "a-u-G-E-W-X", "a-f-U-W"])
def test_an_event_of_a_kind_that_is_about_force_is_flagged(kind: str) -> None:
    flagged = screen_cot(event(kind)).flagged
    assert len(flagged) == 1
    assert kind in flagged[0].en
    assert kind in flagged[0].es


@pytest.mark.parametrize(
    "detail",
    [
        "<weapon/>",
        "<__laserDesignator code='1688'/>",
        "<laser designation='on'/>",
        "<remarks>engage at once</remarks>",
        "<remarks>misil</remarks>",
        "<a><b><c note='strike package'/></b></a>",
        "<remarks><![CDATA[cleared hot: open fire]]></remarks>",
        "<remarks>wea&#112;on</remarks>",
        "<personTracker id='3'/>",
    ],
)
def test_an_event_whose_details_name_it_is_flagged_with_the_place(detail: str) -> None:
    flagged = screen_cot(event(detail=detail)).flagged
    assert flagged
    assert all(reason.en.startswith("event/detail/") and reason.es for reason in flagged)


BOMB = '<?xml version="1.0"?><!DOCTYPE event [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (event(detail="&b;", head=BOMB), "document type"),
        (event(head='<!DOCTYPE event SYSTEM "file:///etc/passwd">'), "document type"),
        (event(head="<!DOCTYPE event>"), "document type"),
        (event(detail="&b;"), "well-formed"),
        (event()[:200], "well-formed"),
        (event() + event(), "well-formed"),
        (b"", "well-formed"),
        (b"<events/>", "not an <event>"),
        (event(detail="<a>" * 40 + "</a>" * 40), "nested"),
        (event(detail="x" * MAX_BYTES), "bytes"),
        (event().replace(b'uid="OTEAR-1"', b""), "missing"),
        (event(""), "missing"),
    ],
)
def test_what_is_no_event_is_refused_and_said_where(data: bytes, problem: str) -> None:
    with pytest.raises(InputError) as refusal:
        screen_cot(data, "radio.cot")
    assert problem in refusal.value.problem
    assert refusal.value.source == "radio.cot"
    assert refusal.value.remedy


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: event(detail=text)))
def test_any_bytes_are_screened_or_refused(data: bytes) -> None:
    with contextlib.suppress(InputError):
        assert screen_cot(data).uid
