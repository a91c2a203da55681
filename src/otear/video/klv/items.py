"""The items of ST 0601 (UAS Datalink Local Set, version 19): one table for every decoder and for the encoder.

Names are in the words of the field with the unit at the end. Heights: `msl` above mean sea level, `hae` above the
WGS 84 ellipsoid. Four items (60, 61, 62, 140) belong to what this house has no part in: they have no name and no
meaning here, can be looked at as bare numbers, and cannot be written.
"""

from __future__ import annotations

from dataclasses import dataclass

from otear.video.klv import packs
from otear.video.klv.ber import MalformedError
from otear.video.klv.codecs import Code, Codec, Flags, Imapb, Mapped, Text, Whole
from otear.video.klv.packs import Pack

TIME, CHECKSUM, FLAGS, SECURITY, VMTI, CORE_ID, SEGMENT, AMEND, SDCC = 2, 1, 47, 48, 74, 94, 100, 101, 102
EXCLUDED = frozenset({60, 61, 62, 140})
"""Items that are kept raw, never acted upon and never written."""
REPEATABLE = frozenset({66, 100, 101, 102, 115})
"""Items that may stand more than once in a set."""

_LATITUDE, _LONGITUDE = Mapped(4, -90, 90, signed=True), Mapped(4, -180, 180, signed=True)
_TURN, _FINE_TURN, _HALF_TURN = Mapped(2, 0, 360), Mapped(4, 0, 360), Mapped(2, 0, 180)
_HEIGHT, _PRESSURE, _RANGE = Mapped(2, -900, 19000), Mapped(2, 0, 5000), Mapped(4, 0, 5_000_000)
_OFFSET, _ERROR, _GATE = Mapped(2, -0.075, 0.075, signed=True), Mapped(2, 0, 4095), Mapped(1, 0, 510)
_WIDE_HEIGHT, _RATE, _PER_CENT = Imapb(-900, 40000, 3), Imapb(-1000, 1000, 3), Imapb(0, 100, 2)
_TEXT, _RAW, _BYTE, _COUNT = Text(), Pack(packs.raw), Whole(1), Whole(None)
_SET_ASIDE = Pack(packs.excluded_number)


@dataclass(frozen=True)
class Item:
    """One item: its tag, name, unit ("" where it has none) and how its value is written."""

    tag: int
    name: str
    unit: str
    codec: Codec

    def read(self, value: bytes) -> object:
        """The value; None where not known; the bytes themselves where they do not hold what the standard says."""
        try:
            return self.codec.decode(value)
        except MalformedError:
            return value


_UNITS = {
    "deg": "°", "m": "m", "mps": "m/s", "mbar": "mbar", "pct": "%", "kg": "kg", "km": "km", "us": "µs", "s": "s",
    "px": "px", "rpm": "1/min", "dps": "°/s", "mhz": "MHz", "gb": "GB", "c": "°C",
}  # fmt: skip

_TABLE: tuple[tuple[int, str, Codec], ...] = (
    (1, "checksum", Whole(2)),
    (2, "time_us", Whole(8)),
    (3, "mission_id", _TEXT),
    (4, "platform_tail_number", _TEXT),
    (5, "platform_heading_deg", _TURN),
    (6, "platform_pitch_deg", Mapped(2, -20, 20, signed=True)),
    (7, "platform_roll_deg", Mapped(2, -50, 50, signed=True)),
    (8, "platform_true_airspeed_mps", _BYTE),
    (9, "platform_indicated_airspeed_mps", _BYTE),
    (10, "platform_designation", _TEXT),
    (11, "image_source_sensor", _TEXT),
    (12, "image_coordinate_system", _TEXT),
    (13, "sensor_latitude_deg", _LATITUDE),
    (14, "sensor_longitude_deg", _LONGITUDE),
    (15, "sensor_height_msl_m", _HEIGHT),
    (16, "sensor_hfov_deg", _HALF_TURN),
    (17, "sensor_vfov_deg", _HALF_TURN),
    (18, "sensor_relative_azimuth_deg", _FINE_TURN),
    (19, "sensor_relative_elevation_deg", _LONGITUDE),
    (20, "sensor_relative_roll_deg", _FINE_TURN),
    (21, "slant_range_m", _RANGE),
    (22, "frame_width_m", Mapped(2, 0, 10_000)),
    (23, "frame_centre_latitude_deg", _LATITUDE),
    (24, "frame_centre_longitude_deg", _LONGITUDE),
    (25, "frame_centre_height_msl_m", _HEIGHT),
    (26, "corner_1_latitude_offset_deg", _OFFSET),
    (27, "corner_1_longitude_offset_deg", _OFFSET),
    (28, "corner_2_latitude_offset_deg", _OFFSET),
    (29, "corner_2_longitude_offset_deg", _OFFSET),
    (30, "corner_3_latitude_offset_deg", _OFFSET),
    (31, "corner_3_longitude_offset_deg", _OFFSET),
    (32, "corner_4_latitude_offset_deg", _OFFSET),
    (33, "corner_4_longitude_offset_deg", _OFFSET),
    (34, "icing", Code(("detector off", "no icing detected", "icing detected"))),
    (35, "wind_direction_deg", _TURN),
    (36, "wind_speed_mps", Mapped(1, 0, 100)),
    (37, "static_pressure_mbar", _PRESSURE),
    (38, "density_altitude_m", _HEIGHT),
    (39, "outside_air_temperature_c", Whole(1, signed=True)),
    (40, "marked_point_latitude_deg", _LATITUDE),
    (41, "marked_point_longitude_deg", _LONGITUDE),
    (42, "marked_point_height_msl_m", _HEIGHT),
    (43, "gate_width_px", _GATE),
    (44, "gate_height_px", _GATE),
    (45, "ce90_m", _ERROR),
    (46, "le90_m", _ERROR),
    (47, "flags", Flags(("laser range", "auto-track", "infrared black hot", "icing detected", "slant range measured",
                         "image invalid"))),
    (48, "security_set", _RAW),
    (49, "differential_pressure_mbar", _PRESSURE),
    (50, "platform_angle_of_attack_deg", Mapped(2, -20, 20, signed=True)),
    (51, "platform_vertical_speed_mps", Mapped(2, -180, 180, signed=True)),
    (52, "platform_sideslip_deg", Mapped(2, -20, 20, signed=True)),
    (53, "airfield_pressure_mbar", _PRESSURE),
    (54, "airfield_height_msl_m", _HEIGHT),
    (55, "relative_humidity_pct", Mapped(1, 0, 100)),
    (56, "platform_ground_speed_mps", _BYTE),
    (57, "ground_range_m", _RANGE),
    (58, "platform_fuel_remaining_kg", Mapped(2, 0, 10_000)),
    (59, "platform_call_sign", _TEXT),
    (60, "excluded_60", _SET_ASIDE),
    (61, "excluded_61", _SET_ASIDE),
    (62, "excluded_62", _SET_ASIDE),
    (63, "sensor_fov_name", Code(("ultranarrow", "narrow", "medium", "wide", "ultrawide", "narrow medium",
                                  "2x ultranarrow", "4x ultranarrow", "continuous zoom"))),
    (64, "platform_magnetic_heading_deg", _TURN),
    (65, "version", _BYTE),
    (66, "reserved_66", _RAW),
    (67, "alternate_platform_latitude_deg", _LATITUDE),
    (68, "alternate_platform_longitude_deg", _LONGITUDE),
    (69, "alternate_platform_height_msl_m", _HEIGHT),
    (70, "alternate_platform_name", _TEXT),
    (71, "alternate_platform_heading_deg", _TURN),
    (72, "event_start_time_us", Whole(8)),
    (73, "rvt_set", _RAW),
    (74, "vmti_set", _RAW),
    (75, "sensor_height_hae_m", _HEIGHT),
    (76, "alternate_platform_height_hae_m", _HEIGHT),
    (77, "operational_mode", Code(("other", "operational", "training", "exercise", "maintenance", "test"))),
    (78, "frame_centre_height_hae_m", _HEIGHT),
    (79, "sensor_north_velocity_mps", Mapped(2, -327, 327, signed=True)),
    (80, "sensor_east_velocity_mps", Mapped(2, -327, 327, signed=True)),
    (81, "image_horizon", Pack(packs.horizon)),
    (82, "corner_1_latitude_deg", _LATITUDE),
    (83, "corner_1_longitude_deg", _LONGITUDE),
    (84, "corner_2_latitude_deg", _LATITUDE),
    (85, "corner_2_longitude_deg", _LONGITUDE),
    (86, "corner_3_latitude_deg", _LATITUDE),
    (87, "corner_3_longitude_deg", _LONGITUDE),
    (88, "corner_4_latitude_deg", _LATITUDE),
    (89, "corner_4_longitude_deg", _LONGITUDE),
    (90, "platform_pitch_full_deg", _LATITUDE),
    (91, "platform_roll_full_deg", _LATITUDE),
    (92, "platform_angle_of_attack_full_deg", _LATITUDE),
    (93, "platform_sideslip_full_deg", _LONGITUDE),
    (94, "core_id", _RAW),
    (95, "sar_set", _RAW),
    (96, "frame_width_extended_m", Imapb(0, 1_500_000, 3)),
    (97, "range_image_set", _RAW),
    (98, "geo_registration_set", _RAW),
    (99, "composite_imaging_set", _RAW),
    (100, "segment_set", _RAW),
    (101, "amend_set", _RAW),
    (102, "sdcc", _RAW),
    (103, "density_altitude_extended_m", _WIDE_HEIGHT),
    (104, "sensor_height_hae_extended_m", _WIDE_HEIGHT),
    (105, "alternate_platform_height_hae_extended_m", _WIDE_HEIGHT),
    (106, "stream_designator", _TEXT),
    (107, "operational_base", _TEXT),
    (108, "broadcast_source", _TEXT),
    (109, "range_to_recovery_km", Imapb(0, 21_000, 3)),
    (110, "time_airborne_s", _COUNT),
    (111, "propulsion_speed_rpm", _COUNT),
    (112, "platform_course_deg", Imapb(0, 360, 2)),
    (113, "height_above_ground_m", _WIDE_HEIGHT),
    (114, "radar_altimeter_m", _WIDE_HEIGHT),
    (115, "control_command", Pack(packs.control_command)),
    (116, "control_command_verification", Pack(packs.numbers)),
    (117, "sensor_azimuth_rate_dps", _RATE),
    (118, "sensor_elevation_rate_dps", _RATE),
    (119, "sensor_roll_rate_dps", _RATE),
    (120, "storage_full_pct", _PER_CENT),
    (121, "active_wavelengths", Pack(packs.numbers)),
    (122, "country_codes", Pack(packs.country_codes)),
    (123, "navigation_satellites", _BYTE),
    (124, "positioning_sources", Flags(("inertial", "GPS", "Galileo", "QZSS", "NavIC", "GLONASS", "BeiDou-1",
                                        "BeiDou-2"))),
    (125, "platform_status", Code(("active", "pre-flight", "pre-flight taxiing", "run-up", "take-off", "ingress",
                                   "manual operation", "automated orbit", "transitioning", "egress", "landing",
                                   "landed taxiing", "landed parked"))),
    (126, "sensor_control_mode", Code(("off", "home position", "uncontrolled", "manual control", "calibrating",
                                       "auto holding position", "auto tracking"))),
    (127, "sensor_frame_rate", Pack(packs.frame_rate)),
    (128, "wavelengths", Pack(packs.wavelengths)),
    (129, "marked_point_id", _TEXT),
    (130, "airbase_locations", Pack(packs.airbases)),
    (131, "take_off_time_us", _COUNT),
    (132, "transmission_frequency_mhz", Imapb(1, 99_999, 3)),
    (133, "storage_capacity_gb", _COUNT),
    (134, "zoom_pct", _PER_CENT),
    (135, "communications_method", _TEXT),
    (136, "leap_seconds", Whole(None, signed=True)),
    (137, "correction_offset_us", Whole(None, signed=True)),
    (138, "payloads", Pack(packs.payloads)),
    (139, "active_payloads", Pack(packs.active_payloads)),
    (140, "excluded_140", Pack(packs.excluded_records)),
    (141, "waypoints", Pack(packs.waypoints)),
    (142, "view_domain", Pack(packs.view_domain)),
    (143, "metadata_substream", Pack(packs.substream)),
)  # fmt: skip

ITEMS: dict[int, Item] = {
    tag: Item(tag, name, _UNITS.get(name.rsplit("_", 1)[-1], ""), codec) for tag, name, codec in _TABLE
}
"""Every item by its tag."""
TAGS: dict[str, int] = {item.name: item.tag for item in ITEMS.values()}
"""Every tag by its name."""
LAST_TAG = max(ITEMS)
