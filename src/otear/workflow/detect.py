"""Detect: from the pictures of a recording to cues on the ground, under an authority.

What is found is put on the ground with its error; what one pass saw of one thing is one cue. Cues then join sites.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from otear.authority.roles import Action
from otear.detect.arrivals import Arrivals
from otear.detect.base import Pixels
from otear.detect.gathering import Gathering
from otear.detect.keyframes import KeyFrames
from otear.detect.watch import Watch, Work
from otear.domain.authority import Authority, DataKind, SensorKind
from otear.domain.cues import Cue
from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.geo.terrain import Terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_packets
from otear.video.decode import Decoding, decoded
from otear.video.frames import frame_at
from otear.video.klv.reports import moving_reports
from otear.video.sensors import sensor_kind
from otear.workflow.comparing import Compared, compared
from otear.workflow.cue_places import Placed, cue_of, one_for_each, placed
from otear.workflow.desk import Desk
from otear.workflow.families import Family
from otear.workflow.held import Held, not_purged, under
from otear.workflow.looking import picture_size
from otear.workflow.pictures import HALF_FRAME_S, Watched
from otear.workflow.track import pass_of, restarts_of

LEAST_REAL = 0.15
"""What is less likely than this to be what it seems is no cue: nobody has time for six false ones in seven."""
_PAIRS = ("pairs", "pairs_unlike", "pairs_missing")


@dataclass(frozen=True)
class Found:
    """The cues of a recording and what was done for them: `work` on pictures; `unsure` are things below `LEAST_REAL`,
    `unplaced` those on no ground, `no_ground` pictures that showed none or have no metadata; `damaged` packets of video
    that could not be decoded; `arrivals_unnamed` reports in the stream that do not say what they are. `pairs` of
    pictures were compared with an earlier recording, `pairs_unlike` could not be laid onto each other, for
    `pairs_missing` it has none of the same ground."""

    cues: tuple[Cue, ...]
    work: Work
    unsure: int = 0
    unplaced: int = 0
    no_ground: int = 0
    damaged: int = 0
    arrivals_unnamed: int = 0
    pairs: int = 0
    pairs_unlike: int = 0
    pairs_missing: int = 0
    warnings: tuple[str, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """What was done and what was not, by name."""
        told = ("unsure", "unplaced", "no_ground", "damaged", "arrivals_unnamed", *_PAIRS)
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
    earlier: Held | None = None,
    black_hot: bool | None = None,
    progress: Progress = silent,
) -> Found:
    """Look through a recording. Raises `RefusedError` where the authority does not allow it, or falls while the work
    is under way, `NotFoundError` for pictures that were purged, `InputError` where nothing says how high the ground is.
    """
    under(desk, row, authority, Action.PROCESS, DataKind.IMAGERY)
    not_purged(row, DataKind.METADATA)
    watched = Watched(desk, row, authority, sensor, terrain, black_hot=black_hot)
    gathered, work, decoding = _looked_through(watched, family, progress)
    against = Compared() if earlier is None else _compared(watched, earlier, sensor, terrain, progress)
    gathered += against.gathered
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
        pairs=against.pairs,
        pairs_unlike=against.unlike,
        pairs_missing=against.alone,
        warnings=(*watched.warnings, *_passed_over(watched, work)),
    )


def _passed_over(watched: Watched, work: Work) -> list[str]:
    """What a person must know who takes silence for nothing."""
    if not watched.no_ground:
        return []
    total = watched.no_ground + work.pictures
    return [
        f"{watched.no_ground:,} of {total:,} pictures were not looked at: they show no ground that the terrain holds, "
        "or no trusted metadata say where they were taken."
    ]


def _looked_through(watched: Watched, family: Family, progress: Progress) -> tuple[list[Gathering], Work, Decoding]:
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


def _compared(
    watched: Watched, earlier: Held, sensor: SensorKind, terrain: Terrain | None, progress: Progress
) -> Compared:
    desk, row = watched.desk, earlier.row
    under(desk, row, earlier.authority, Action.PROCESS, DataKind.IMAGERY)
    not_purged(row, DataKind.METADATA)
    if sensor_of(row, sensor) is not sensor:
        raise InputError(
            f"{row.footage_id} was made with another kind of camera",
            field="--against",
            remedy="Compare with a recording of the same kind",
        )
    other = Watched(desk, row, earlier.authority, sensor, terrain)
    return compared(watched, other, _picture, progress)


def _picture(watched: Watched, time_us: int) -> Pixels | None:
    pts_s = watched.pts_s(time_us)
    if pts_s is None:
        return None
    raw = watched.desk.workspace.blobs.path(watched.row.sha256)
    return frame_at(raw, pts_s + HALF_FRAME_S, restarts_of(watched.row)).pixels


def _arrivals(watched: Watched) -> Arrivals:
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
