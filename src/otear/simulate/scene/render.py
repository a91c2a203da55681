"""The renderer: what a sensor sees of a world, in colours or in heat.

    renderer = Renderer(truth, weather, SensorKind.THERMAL, 1280, 720, seed=7)
    picture = renderer.picture(pose, lens, time_us)

A picture depends on its arguments only, not on the pictures before it; it is quicker where those have looked before.
In order: rays to the ground (`view`), tiles of painted ground (`tiles`), what stands on it (`raster`), the air (`sky`).
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from otear.domain.authority import SensorKind
from otear.errors import SettingError
from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from otear.geo.geoid import undulation
from otear.geo.terrain.grid import bilinear
from otear.simulate.scene import raster, sky
from otear.simulate.scene.atlas import Atlas
from otear.simulate.scene.hands import TwoHands
from otear.simulate.scene.light import Codes32, face_codes
from otear.simulate.scene.lookup import looked_up, wanted
from otear.simulate.scene.moment import Moment, moment, start_of
from otear.simulate.scene.noise import SIZE, noise_square
from otear.simulate.scene.shade import Relief
from otear.simulate.scene.solids import solids
from otear.simulate.scene.tiles import GroundPainter
from otear.simulate.scene.view import CELL_PX, SKY_DEPTH_M, View, fineness_of, view
from otear.simulate.scene.weather import Weather
from otear.simulate.scene.woods import SQUARE_M, leaf_tones
from otear.simulate.world.land import Pixels, Singles
from otear.simulate.world.truth import Truth

_STANDING_BELOW_M = 2.0
_TREES_BELOW_M = 0.5
"""Sizes of a pixel on the ground below which things, and trees, are drawn standing."""
_NOISE = {False: 1.3, True: 1.6}
"""Spread of the sensor's noise in grey levels: visible, thermal."""
_NIGHT_NOISE = 5.0
_LAPSE_K_PER_M = 0.0065
_BELOW_LEAVES_K = 0.9


class Renderer:
    """Pictures of one world by one sensor in one weather. State: painted tiles, and the trees and light of a moment."""

    def __init__(
        self, truth: Truth, weather: Weather, sensor: SensorKind, width_px: int, height_px: int, *, seed: int
    ) -> None:
        """`seed` is that of the sensor's noise: how the land looks, to the last tree, belongs to the world.

        Raises `SettingError` for a sensor that makes no pictures.
        """
        if sensor not in {SensorKind.VISIBLE, SensorKind.THERMAL}:
            raise SettingError(
                f"a {sensor.value} sensor makes no pictures", field="sensor", remedy="Give visible or thermal"
            )
        self.width_px, self.height_px = width_px, height_px
        self._land, self._weather, self._thermal = truth.land, weather, sensor is SensorKind.THERMAL
        look = crc32(truth.world_id.encode())
        self._square = noise_square(np.random.default_rng(look))
        self._grain = np.random.default_rng(seed).standard_normal(SIZE * SIZE)
        self._relief = Relief.of(truth.land)
        self._things = truth.land.things.joined(truth.things)
        self._solids = solids(self._things, truth.land)
        self._painter = GroundPainter(
            truth.land, self._relief, self._things, self._solids, self._square, weather.season, look
        )
        self._atlas = Atlas()
        self._hands = TwoHands()
        self._noisy, self._noise = 0.0, np.zeros(SIZE * SIZE, dtype=np.int16)
        self._started: int | None = None
        self._middle_ecef = self._solids.origin_ecef
        self._axes = enu_axes(truth.land.plane.lat, truth.land.plane.lon)
        half = 0.5 * np.hypot(self._things.length_m, self._things.width_m)
        self._thing_ecef = self._ecef(self._things.east_m, self._things.north_m, np.nan_to_num(self._solids.foot_hae_m))
        self._thing_radius_m = half + self._things.height_m
        self._stands = np.isfinite(self._solids.foot_hae_m) & (np.diff(self._painter.first_face) > 0)

    def picture(self, pose: Pose, lens: Lens, time_us: int) -> Pixels:
        """What a pose and a lens see at a time: (height, width, 3) in colours, (height, width) white-hot in heat."""
        at, seen = self._at(time_us), view(self._land, pose, lens)
        return self._developed(*self._drawn(seen, at), seen, pose, at=at, time_us=time_us)

    def depth_of(self, pose: Pose, lens: Lens, time_us: int) -> Singles:
        """How far away along the optical axis (metres) what each pixel shows is, (height, width); `SKY_DEPTH_M` of
        `view` where that is the sky. Trees and things count."""
        return self._drawn(view(self._land, pose, lens), self._at(time_us))[1]

    def _drawn(self, seen: View, at: Moment) -> tuple[Codes32, Singles]:
        keys = wanted(seen)
        slots = self._atlas.bring(keys.tolist(), lambda key: self._painter.tile(key, at))
        codes, depths = looked_up(
            seen, self._atlas.texels, keys, slots, sky.sky_code(at.light), thermal=self._thermal, hands=self._hands
        )
        self._draw_standing(codes, depths, seen, at)
        return codes, depths

    def _at(self, time_us: int) -> Moment:
        started = start_of(time_us)
        if started != self._started:
            self._atlas.clear()
            self._moment = moment(time_us, self._land, self._relief, self._things, self._weather, thermal=self._thermal)
            self._started = started
        return self._moment

    def _ecef(self, east_m: Floats, north_m: Floats, hae_m: Floats) -> Floats:
        """Places of the plane, as ECEF from the middle of the plane."""
        return ecef_from_geodetic(*self._land.plane.place(east_m, north_m), hae_m) - self._middle_ecef

    def _draw_standing(self, codes: Codes32, depths: Singles, seen: View, at: Moment) -> None:
        eye = seen.eye_ecef - self._middle_ecef
        camera = (self._thing_ecef - eye) @ seen.axes_ecef.T
        pixel_m = camera[:, 0] * (2.0 * seen.tan_half[0] / self.width_px)
        margin = self._thing_radius_m
        depth = np.maximum(camera[:, 0], 1.0)
        inside = (
            (np.abs(camera[:, 1]) < depth * seen.tan_half[0] + margin)
            & (np.abs(camera[:, 2]) < depth * seen.tan_half[1] + margin)
            & (camera[:, 0] > margin)
        )
        chosen = np.flatnonzero(inside & at.present & self._stands & (pixel_m < _STANDING_BELOW_M))
        if len(chosen):
            face = self._painter.faces_of(chosen)
            corners = (self._solids.ecef[face] - eye) @ seen.axes_ecef.T
            lift = 0.3 + 0.5 * float(pixel_m[chosen].max())
            raster.draw_faces(
                codes, depths, corners, self._painter.face_codes(face, at), self._solids.opacity[face], lift,
                *seen.tan_half, self._thermal,
            )  # fmt: skip
        self._draw_trees(codes, depths, seen, at, eye)

    def _draw_trees(self, codes: Codes32, depths: Singles, seen: View, at: Moment, eye: Floats) -> None:
        finest = fineness_of(_TREES_BELOW_M)
        corners = seen.corners
        near = (corners.depth_m < SKY_DEPTH_M) & (corners.fineness < finest)
        if not near.any():
            return
        squares = np.floor(np.stack([corners.east_m[near], corners.north_m[near]]) / SQUARE_M).astype(np.int64)
        wide = 1 << 32
        chosen = np.unique(squares[0] * wide + squares[1] + wide // 2)
        grown = [self._painter.trees_in(int(key // wide), int(key % wide - wide // 2), at) for key in chosen]
        places = np.concatenate([wood.places for wood in grown])
        if not len(places):
            return
        kind, tone = np.concatenate([w.kind for w in grown]), np.concatenate([w.tone for w in grown])
        lat, lon = self._land.plane.place(places[:, 0], places[:, 1])
        column, row = self._land.grid.index(lat, lon)
        foot = bilinear(self._land.patch.heights_m, column, row)
        tall = 0.40 * places[:, 3]
        middles = (self._ecef(places[:, 0], places[:, 1], foot + places[:, 3] - tall) - eye) @ seen.axes_ecef.T
        depth = middles[:, 0]
        margin = places[:, 3]
        keep = (
            np.isfinite(foot)
            & (depth > 1.0)
            & (np.abs(middles[:, 1]) < depth * seen.tan_half[0] + margin)
            & (np.abs(middles[:, 2]) < depth * seen.tan_half[1] + margin)
            & (depth * (2.0 * seen.tan_half[0] / self.width_px) < _TREES_BELOW_M)
        )
        places, kind, tone, middles = places[keep], kind[keep], tone[keep], middles[keep]
        tones = leaf_tones(at.palette, kind, tone, thermal=self._thermal)
        sun = at.light.sun_enu
        margin_sun = bilinear(at.shade.margin, column[keep], row[keep])
        lit_share = np.clip(0.5 + margin_sun / 0.02, 0.0, 1.0)[:, None] if sun[2] > 0.0 else np.zeros((len(tones), 1))
        toward = np.array([0.0, 0.0, 1.0]) * (1.0 - lit_share) + sun * lit_share
        lit = face_codes(tones, np.where(lit_share > 0.02, toward, -sun), at.light)
        if self._thermal:
            # By night the crowns' tops are open to the sky and colder than what is below them.
            tones = tones + np.array([0.0, 0.0, _BELOW_LEAVES_K * (1.0 - at.light.day)], dtype=np.float32)
        else:
            tones = 0.8 * tones
        dark = face_codes(tones, np.broadcast_to(-sun, toward.shape), at.light)
        to_camera = seen.axes_ecef @ self._axes.T
        open_to = sun if sun[2] > 0.0 else np.array([0.0, 0.0, 1.0])
        raster.draw_crowns(
            codes, depths, np.ascontiguousarray(middles), np.stack([places[:, 2], tall[keep]], axis=1), lit, dark,
            to_camera[:, 2].copy(), to_camera @ open_to, 0.5, *seen.tan_half, self._square, self._thermal,
        )  # fmt: skip

    def _noise_of(self, noisy: float) -> NDArray[np.int16]:
        """The sensor's noise of a strength, in grey levels; it seldom changes from one picture to the next."""
        if noisy != self._noisy:
            self._noisy, self._noise = noisy, np.round(self._grain * noisy).astype(np.int16)
        return self._noise

    def _developed(
        self, codes: Codes32, depths: Singles, seen: View, pose: Pose, *, at: Moment, time_us: int
    ) -> Pixels:
        ground = seen.corners.depth_m[seen.corners.depth_m < SKY_DEPTH_M]
        middle_height = float(np.median(self._relief.msl_m)) if not len(ground) else self._height_below(seen)
        msl = float(pose.height_m) - float(undulation(pose.lat, pose.lon))
        farthest = float(ground.max()) * 1.05 if len(ground) else 1_000.0
        cloud = self._clouds(seen, msl, time_us)
        base_c = at.light.air_c - _LAPSE_K_PER_M * max(self._weather.cloud_base_msl_m - middle_height, 0.0)
        through = sky.air(self._weather, at.light, msl - middle_height, farthest, cloud, base_c)
        clear = np.zeros((0, 0), dtype=np.float32) if through.cloud is None else through.cloud
        noisy = _NOISE[self._thermal] + (0.0 if self._thermal else _NIGHT_NOISE * (1.0 - at.light.day))
        grain = self._noise_of(noisy)
        offset = (time_us // 1000 * 7919) % (SIZE * SIZE)
        shape = (self.height_px, self.width_px)
        air = (through.passed, through.range_m, clear, CELL_PX, through.haze_code, through.cloud_code)
        if self._thermal:
            values, grey = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.uint8)
            self._hands(lambda first, end: sky.temperatures(codes, depths, *air, values, first, end), self.height_px)
            black, white = sky.gain(values, depths < SKY_DEPTH_M)
            self._hands(
                lambda first, end: sky.greys(values, black, white, grain, offset, grey, first, end), self.height_px
            )
            return grey
        picture = np.empty((*shape, 3), dtype=np.uint8)
        self._hands(
            lambda first, end: sky.colours(codes, depths, *air, grain, offset, picture, first, end), self.height_px
        )
        return picture

    def _height_below(self, seen: View) -> float:
        """The height (MSL) of the ground in the middle of what is seen."""
        sight = seen.corners
        there = np.flatnonzero(sight.depth_m.ravel() < SKY_DEPTH_M)
        spot = there[len(there) // 2]
        column, row = self._land.grid.index(
            *self._land.plane.place(sight.east_m.ravel()[spot], sight.north_m.ravel()[spot])
        )
        return float(bilinear(self._relief.msl_m, np.atleast_1d(column), np.atleast_1d(row))[0])

    def _clouds(self, seen: View, msl: float, time_us: int) -> Singles | None:
        """Cloud on the sight lines through the corners; None where the camera is below its base or the sky is clear."""
        base = self._weather.cloud_base_msl_m
        if self._weather.cloud_cover <= 0.0 or msl <= base:
            return None
        up = self._axes[2]
        falling = -(seen.rays_ecef @ up)
        reach = (msl - base) / np.maximum(falling, 1e-3)
        ahead = falling > 0.01
        depth = reach * (seen.rays_ecef @ seen.axes_ecef[0])
        ahead &= depth < seen.corners.depth_m
        crossing = seen.eye_ecef + np.where(ahead, reach, 0.0)[..., None] * seen.rays_ecef
        lat, lon, _ = geodetic_from_ecef(crossing.reshape(-1, 3))
        east, north = self._land.plane.metres(lat, lon)
        blown = self._weather.wind_mps * (time_us / 1e6 % 86_400.0)
        from_rad = np.radians(self._weather.wind_from_deg)
        return np.asarray(
            sky.clouds(
                east.reshape(ahead.shape), north.reshape(ahead.shape), ahead, self._weather.cloud_cover,
                -blown * np.sin(from_rad), -blown * np.cos(from_rad), self._square,
            )
        )  # fmt: skip
