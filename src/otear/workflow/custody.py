"""Custody: a recording in, kept byte for byte, every packet decoded and judged, and nothing else done with it.

What is taken into custody is in quarantine until an authority covers it: kept and counted, its metadata readable, its
pictures shown to nobody. Nothing is published before everything is done: the raw bytes are staged, what is derived is
built in a staging folder, and the index row comes last. An interrupted run leaves nothing, and the same bytes twice
change nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.domain.arrival import Arrival
from otear.domain.authority import DataKind
from otear.domain.bilingual import Bilingual
from otear.domain.decision import refused
from otear.domain.footage import Footage, VideoInfo, footage_id
from otear.domain.progress import Progress, silent
from otear.domain.times import utc_text
from otear.errors import RecordingError
from otear.store.base import FootageRow, KeepRow
from otear.store.recording_files import RecordingWriter
from otear.video.demux import PyavDemuxer, TstransDemuxer
from otear.video.frames import video_info
from otear.video.live.losses import arrival_texts, missing_texts
from otear.video.probe import container_of
from otear.video.recording import Reading, RecordingReader
from otear.workflow.desk import Desk, Subject

DAY_US = 86_400_000_000
_KINDS = (DataKind.IMAGERY, DataKind.METADATA)
"""What there is of a recording before it is looked at."""


def take_in(
    desk: Desk, source: Path, progress: Progress = silent, *, name: str | None = None, arrival: Arrival | None = None
) -> FootageRow:
    """Take a recording into custody; returns its row, which is the one that stood if the bytes are known.

    It is called `name`, else as its file. `arrival` is how it came, where it came over a live link.

    Raises `RecordingError` for what is no recording, `RefusedError` where this person may not, or where the same
    recording was purged.
    """
    container_of(source)
    workspace = desk.workspace
    with workspace.staging() as staging:
        blob = workspace.blobs.stage(source, staging, lambda done, total: progress("copying", done, total))
        subject = Subject("footage", footage_id(blob.sha256), blob.sha256)
        desk.permit(Action.INGEST, subject)
        known = workspace.store.find(subject.subject_id)
        if known is not None:
            _refuse_purged(desk, known)
            if workspace.holds(known) and "says" in known.summary:
                return known  # else something was lost, or an earlier version wrote it, that noted less
        now_us = desk.clock.now_us()
        folder = staging / "derived"
        folder.mkdir()
        demuxer = PyavDemuxer() if workspace.settings.video.demuxer == "pyav" else TstransDemuxer()
        try:
            with RecordingWriter(folder) as writer:
                reading = RecordingReader(blob.path, writer, demuxer).read(now_us, progress)
        except RecordingError as error:
            raise error.naming(source) from error
        video, undecodable = _video(blob.path) if reading.frames else (None, [])
        live_before = None if known is None else known.summary.get("live")
        row = _row(
            subject,
            reading,
            video=video,
            notices=(*reading.notices, *undecodable, *_losses(reading, arrival)),
            name=(name or source.name) if known is None else known.name,
            live=live_before if arrival is None else live_summary(arrival),
            ingested_us=now_us if known is None else known.ingested_us,
        )
        until_us = row.ingested_us + workspace.settings.retention.quarantine_days * DAY_US
        keep = [KeepRow(row.footage_id, kind, row.ingested_us, until_us) for kind in _KINDS] if known is None else []
        notes = [desk.note(Action.INGEST, subject, reason=_ground(reading))]
        return workspace.publish(blob, folder, row, instead_of=known, keep=keep, notes=notes)


def _ground(reading: Reading) -> str:
    """What the ledger says of a recording that came in."""
    ground = "kept in quarantine until an authority covers it"
    aside = reading.counts.set_aside
    return f"{ground}; {aside} packets flagged that carry items with no place in an unarmed survey" if aside else ground


def _refuse_purged(desk: Desk, row: FootageRow) -> None:
    """What was purged stays purged."""
    if not row.summary.get("purged"):
        return
    entries = [entry for entry in row.summary["purged"].values() if entry is not None]
    desk.require(
        refused(
            "purged",
            Bilingual(
                "this recording was purged when its time was up"
                + (f" (ledger entry {max(entries)})" if entries else ""),
                "esta grabación se eliminó al vencer su plazo"
                + (f" (asiento {max(entries)} de la bitácora)" if entries else ""),
            ),
            Bilingual("it had been held on a recorded ground", "se hubiera retenido con un fundamento registrado"),
        ),
        Action.INGEST,
        Subject("footage", row.footage_id, row.sha256),
    )


def _losses(reading: Reading, arrival: Arrival | None) -> list[str]:
    """What was lost on the way: whoever received it knows better than the recording itself."""
    return missing_texts(reading.missing) if arrival is None else arrival_texts(arrival)


def live_summary(arrival: Arrival) -> dict[str, Any]:
    """How a recording arrived, as its summary says it."""
    return {**asdict(arrival), "start": utc_text(arrival.start_us), "lost_share": arrival.lost_share}


def _video(path: Path) -> tuple[VideoInfo | None, list[str]]:
    """What the pictures are; None, and why, where they cannot be decoded: the metadata are worth keeping anyway."""
    try:
        return video_info(path), []
    except RecordingError as error:
        return None, [f"The pictures cannot be used: {error.problem}."]


def _row(
    subject: Subject,
    reading: Reading,
    *,
    video: VideoInfo | None,
    notices: tuple[str, ...],
    name: str,
    live: dict[str, Any] | None,
    ingested_us: int,
) -> FootageRow:
    footage = Footage(
        footage_id=subject.subject_id,
        sha256=subject.sha256,
        standard=reading.standard,
        duration_s=reading.duration_s,
        frames=reading.frames,
        video=video,
        packets=reading.counts,
        repairs=reading.repairs,
        vmti_targets=reading.vmti_targets,
        bounds=None,
        looks=0,
        covered_km2=0.0,
        quarantined=True,
        health=reading.health.verdict(terrain=None, also=notices),
    )
    rest = {
        "name": name,
        "says": asdict(reading.names),
        "stream_warnings": footage.health.warnings,
        "terrain": None,
        "terrain_sigma_m": None,
        "centre_hae_m": reading.centre_hae_m,
        "centre_spread_m": reading.centre_spread_m,
        "first_place_deg": reading.first_place_deg,
        "first_pts_s": reading.first_pts_s,
        "restarts": [asdict(one) for one in reading.restarts],
        "start": None if reading.start_us is None else utc_text(reading.start_us),
        "end": None if reading.end_us is None else utc_text(reading.end_us),
        "clock": asdict(reading.clock),
        "authority_id": None,
    }
    return FootageRow(
        footage_id=footage.footage_id,
        sha256=footage.sha256,
        name=name,
        ingested_us=ingested_us,
        start_us=reading.start_us,
        end_us=reading.end_us,
        summary=plain({**asdict(footage), **rest, **({} if live is None else {"live": live})}),
        bounds_deg=None,
    )


def plain(summary: dict[str, Any]) -> dict[str, Any]:
    """A summary as it comes back from the index: lists for tuples, words for enumerations."""
    read: dict[str, Any] = json.loads(json.dumps(summary))
    return read
