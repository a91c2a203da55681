"""Cues that arrive in the stream, and what must not become one."""

from __future__ import annotations

import pytest
from tstrans.klv import VmtiLs, VTargetPack, encode_vmti

from otear.detect.arrivals import Arrivals, kind_of
from otear.domain.kinds import CueKind
from otear.video.klv.sets import Vmti, VmtiTarget, vmti


def reported(number: int, classes: tuple[str, ...], row: int | None = 100, column: int | None = 200) -> VmtiTarget:
    return VmtiTarget(number, row, column, None, 80, None, None, None, classes=classes)


def report(*targets: VmtiTarget, width: int = 640, height: int = 480) -> Vmti:
    return Vmti(None, "sender", width, height, len(targets), targets, ())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (("Vehicle",), CueKind.VEHICLE),
        (("http://example.org/onto#Truck",), CueKind.VEHICLE),
        (("Building", "tent"), CueKind.STRUCTURE),
        (("Person",), None),
        (("dismount",), None),
        (("Car", "Building"), None),
        ((), None),
        (("",), None),
    ],
)
def test_a_senders_word_stands_for_one_of_our_kinds_or_for_nothing(said: tuple[str, ...], kind: CueKind | None) -> None:
    assert kind_of(said) is kind


def test_reports_of_one_number_are_one_thing_and_unnamed_ones_are_counted_only() -> None:
    arrivals = Arrivals()
    for k in range(5):
        arrivals.add(
            report(reported(7, ("Vehicle",)), reported(8, ()), reported(9, ("Person",)), reported(7, ("car",), None)),
            k * 1_000_000,
            (1280, 960),
            0.3,
            45.0,
        )
    (one,) = arrivals.gathered()
    assert (one.kind, len(one.shots), one.looked) == (CueKind.VEHICLE, 5, 5)
    assert one.best.pixel == pytest.approx((399.0, 199.0))  # twice the size that the sender counts in
    assert one.score == pytest.approx(0.8)
    assert (arrivals.unnamed, arrivals.unplaced) == (10, 5)


def test_the_class_is_read_from_the_bytes_of_a_report() -> None:
    vobject = bytes([2, 7]) + b"Vehicle"
    series = bytes([len(vobject)]) + vobject
    pack = VTargetPack(target_id=3, centroid_pix_row=5, centroid_pix_col=6, vobject_series=series)
    read = vmti(encode_vmti(VmtiLs(frame_width=640, frame_height=480, targets=[pack])))
    assert read.targets[0].classes == ("Vehicle",)
