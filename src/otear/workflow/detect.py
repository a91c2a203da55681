"""Detect: from the pictures of a recording to cues on the ground, under an authority.

What is found is put on the ground with its error; what one pass saw of one thing is one cue. Cues then join sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np

from otear.authority.decide import in_force
from otear.authority.roles import Action
from otear.detect.arrivals import Arrivals
from otear.detect.gathering import Gathering
from otear.detect.keyframes import KeyFrames
from otear.detect.watch import Sight, Watch, Work
from otear.domain.authority import Authority, DataKind, SensorKind
from otear.domain.cues import Cue
from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.geo.terrain import PatchCache, Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_packets
from otear.video.decode import Decoded, Decoding, decoded
from otear.video.instants import instant_at
from otear.video.klv.reports import moving_reports
from otear.video.sensors import sensor_kind
from otear.workflow.cue_places import Placed, cue_of, one_for_each, placed
from otear.workflow.desk import Desk
from otear.workflow.families import Family
from otear.workflow.ground import stand_in, stand_in_warning
from otear.workflow.held import not_purged, under
from otear.workflow.looking import picture_size
from otear.workflow.pixels_on_ground import GroundPixels, pixels_on_ground
from otear.workflow.platform_budget import budget_at, platform_of
from otear.workflow.track import clock_of, pass_of, picture_time_us, restarts_of, trusted_telemetry

_GROUND_EVERY_US = 500_000
"""How often ground sample distance and depression are worked out anew."""
LEAST_REAL = 0.15
"""What is less likely than this to be what it seems is no cue: nobody has time for six false ones in seven."""
_ASK_EVERY = 300
"""Pictures after which the authority is asked again whether it stands."""


@dataclass(frozen=True)
class Found:
    """The cues of a recording and what was done for them: `work` on pictures; `unsure` are things below `LEAST_REAL`,
    `unplaced` those on no ground, `no_ground` pictures that showed none or have no metadata; `damaged` packets of video
    that could not be decoded; `arrivals_unnamed` reports in the stream that do not say what they are."""

    cues: tuple[Cue, ...]
    work: Work
    unsure: int = 0
    unplaced: int = 0
    no_ground: int = 0
    damaged: int = 0
    arrivals_unnamed: int = 0
    warnings: tuple[str, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """What was done and what was not, by name."""
        told = ("unsure", "unplaced", "no_ground", "damaged", "arrivals_unnamed")
        return {**asdict(self.work), **{name: getattr(self, name) for name in told}}

    def told(self) -> str:
        """The same in a line."""
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.counts().items())

    def share(self, row: FootageRow) -> float:
        """What part of a recording's pictures was looked through; 0 where it holds none."""
        frames = row.summary["frames"] if row.summary["video"] else 0
        return min(1.0, self.work.pictures / frames) if frames else 0.0


def sensor_of(row: FootageRow, stated: SensorKind | None) -> SensorKind:
    """What a recording was made with: as the stream says, else as stated. Raises `InputError` where nobody knows."""
    says = {sensor_kind(name) for name in row.summary["says"]["sensor"]} - {None}
    kinds = says or {stated}
    kind = next(iter(kinds))
    if len(kinds) != 1 or kind is None:
        raise InputError(
            "the stream does not say what kind of camera made the pictures, or names several",
            source=row.name,
            field="--sensor",
            remedy="State it: --sensor visible or --sensor thermal",
        )
    return kind


def find_cues(
    desk: Desk,
    row: FootageRow,
    authority: Authority,
    family: Family,
    *,
    sensor: SensorKind,
    terrain: Terrain | None,
    white_hot: bool = True,
    progress: Progress = silent,
) -> Found:
    """Look through a recording. Raises `RefusedError` where the authority does not allow it, or falls while the work
    is under way, `NotFoundError` for pictures that were purged, `InputError` where nothing says how high the ground is.
    """
    under(desk, row, authority, Action.PROCESS, DataKind.IMAGERY)
    not_purged(row, DataKind.METADATA)
    watched = _Watched(desk, row, authority, sensor, terrain, white_hot=white_hot)
    gathered, work, decoding = _looked_through(watched, family, progress)
    arrivals = _arrivals(watched)
    weighed = [(one, family.calibrated(one)) for one in (*gathered, *arrivals.gathered())]
    calibrated = [(one, sure) for one, sure in weighed if sure.real >= LEAST_REAL]
    places: list[Placed] = []
    for k, (one, sure) in enumerate(calibrated):
        at = placed(one, sure, watched.place)
        places += [] if at is None else [at]
        progress("placing", k + 1, len(calibrated))
    looks = pass_of(desk, row, authority).looks if row.bounds_deg is not None else ()
    cues = [cue_of(group, row.footage_id, sensor, looks) for group in one_for_each(places)]
    cues.sort(key=lambda cue: (cue.time_us, cue.cue_id))
    return Found(
        tuple(cues),
        work,
        unsure=len(weighed) - len(calibrated),
        unplaced=len(calibrated) - len(places),
        no_ground=watched.no_ground,
        damaged=decoding.damaged,
        arrivals_unnamed=arrivals.unnamed + arrivals.unplaced,
        warnings=watched.warnings,
    )


def _looked_through(watched: _Watched, family: Family, progress: Progress) -> tuple[list[Gathering], Work, Decoding]:
    decoding, gathered = Decoding(), list[Gathering]()
    row = watched.row
    if row.summary["video"] is None:
        return [], Work(), decoding
    raw = watched.desk.workspace.blobs.path(row.sha256)
    with Watch(family.quick, family.slow, KeyFrames(), live=False) as watch:
        for sight in watched.sights(decoded(raw, restarts_of(row), counts=decoding), progress):
            gathered += watch.see(sight)
        gathered += watch.finish()
        return gathered, watch.work, decoding


def _arrivals(watched: _Watched) -> Arrivals:
    """What the stream itself reports, in packets that are trusted."""
    arrivals, size = Arrivals(), picture_size(watched.row)
    if not watched.row.summary["vmti_targets"]:
        return arrivals
    for batch in read_packets(watched.desk.workspace.derived(watched.row.footage_id)):
        for packet in batch:
            if not packet.trusted or packet.time_us is None:
                continue
            for report in moving_reports(packet):
                facts = watched.ground_at(packet.time_us)
                if facts is not None:
                    arrivals.add(report, packet.time_us, size, *facts)
    return arrivals


class _Watched:
    """A recording while it is looked through: its telemetry, its clock, the ground below it."""

    def __init__(
        self, desk: Desk, row: FootageRow, authority: Authority, sensor: SensorKind, terrain: Terrain | None,
        *, white_hot: bool,
    ) -> None:  # fmt: skip
        self.desk, self.row, self._authority = desk, row, authority
        ground = terrain or stand_in(desk.workspace, row.summary["centre_hae_m"], row.summary["centre_spread_m"])
        if ground is None:
            raise InputError(
                "there is no elevation, and the stream does not say how high the ground is",
                field="--terrain",
                remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
            )
        self.terrain = ground
        self._patches = PatchCache(ground)
        self.warnings = () if terrain is not None else (stand_in_warning(ground),)
        self.no_ground = 0
        self._sensor, self._white_hot = sensor, white_hot
        self._telemetry = trusted_telemetry(desk.workspace, row)
        order = np.argsort(self._telemetry.time_us, kind="stable")
        self._telemetry = self._telemetry.rows(order)
        self._platform = platform_of(desk.workspace, row)
        self._clock = clock_of(row)
        self._size = picture_size(row)
        self._facts: tuple[int, tuple[float, float] | None] = (-1, None)

    def place(self, time_us: int, pixels: Floats) -> GroundPixels:
        """Where pixels of the picture of a time lie."""
        instant = instant_at(self._telemetry, time_us, *self._size)
        budget = budget_at(self.desk.workspace, self.row, self._platform, self.terrain.sigma_m, instant)
        return pixels_on_ground(instant, pixels, self._patches.covering, budget)

    def ground_at(self, time_us: int) -> tuple[float, float] | None:
        """Ground sample distance (m) and depression (degrees) in the middle of a picture; None where it shows no
        ground, or where no metadata are near."""
        slot = time_us // _GROUND_EVERY_US
        if self._facts[0] != slot:
            self._facts = (slot, self._ground_at(time_us))
        return self._facts[1]

    def _ground_at(self, time_us: int) -> tuple[float, float] | None:
        try:
            seen = self.place(time_us, np.array([[self._size[0] / 2.0, self._size[1] / 2.0]]))
        except InputError:
            return None  # no metadata near enough to say where the picture was taken from
        if seen.why_not(0) is not None:
            return None
        return float(seen.gsd_m[0]), float(np.degrees(seen.depression[0]))

    def sights(self, pictures: Iterator[Decoded], progress: Progress) -> Iterator[Sight]:
        """The pictures that show ground, with how finely."""
        frames = max(int(self.row.summary["frames"]), 1)
        for k, one in enumerate(pictures):
            if k % _ASK_EVERY == 0:
                in_force(self._authority, self.desk.clock.now_us()).enforce()
                progress("looking", k, frames)
            time_us = self._time_us(one.pts_s)
            facts = None if time_us is None else self.ground_at(time_us)
            if time_us is None or facts is None:
                self.no_ground += 1
                continue
            yield Sight(time_us, one.grey, one.colours, self._sensor, *facts, white_hot=self._white_hot)
        progress("looking", frames, frames)

    def _time_us(self, pts_s: float) -> int | None:
        """The time of day of a picture, None where nothing ties its clock to the day."""
        time_us = picture_time_us(self._clock, pts_s)
        return None if np.isnan(time_us) else round(time_us)
