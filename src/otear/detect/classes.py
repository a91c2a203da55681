"""Which of a foreign detector's classes may come out, and as what. People and animals may not, by construction.

A class that stands for no kind of cue is taken out before anything is scored: its scores are looked at once, to throw
away the candidates that are more of it than of anything else, and go no further. A class named after people, animals,
faces or plates cannot stand for a kind of cue at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.detect.base import KINDS, Singles
from otear.domain.kinds import CueKind
from otear.errors import SettingError

_WORDS = """
person people pedestrian human humanoid man men woman women child children kid boy girl baby adult crowd passenger
driver rider cyclist biker motorcyclist swimmer skier surfer walker runner worker farmer guard officer police
player individual somebody figure body torso head face hand arm leg foot eye skin gait pose iris fingerprint plate
phone smartphone cellphone
animal dog cat puppy kitten cow bull ox cattle calf livestock horse pony foal donkey mule goat sheep lamb pig hog
boar bird chicken hen duck goose deer bear elephant zebra giraffe camel llama alpaca monkey rabbit fox wolf jaguar
puma crocodile caiman snake fish mammal reptile wildlife herd
persona gente peaton humano hombre mujer nino nina adulto multitud conductor ciclista motociclista trabajador
cuerpo cabeza cara rostro mano ojo placa matricula telefono perro gato vaca toro ganado caballo yegua burro mula
cabra oveja cerdo ave pajaro gallina pato venado ciervo oso conejo lobo
"""
_NEVER = frozenset(_WORDS.split())
_PLURALS = {"people": "person", "gente": "persona", "peatones": "peaton", "conductores": "conductor"}


@dataclass(frozen=True)
class ForeignClass:
    """A class of somebody else's detector, and the kind of cue that it stands for; None: for none."""

    name: str
    kind: CueKind | None


class Classes:
    """A foreign detector's classes in its own order. Raises `SettingError` for one that names people, animals or what
    identifies them and stands for a kind all the same, and where none stands for any."""

    def __init__(self, classes: Sequence[ForeignClass]) -> None:
        for number, one in enumerate(classes):
            word = never(one.name)
            if one.kind is not None and word is not None:
                raise SettingError(
                    f"class {one.name!r} is about {word!r} and may not stand for {one.kind}",
                    field=f"classes[{number}].kind",
                    remedy="Leave its kind out: sites are looked for, never people or animals",
                )
        if all(one.kind is None for one in classes):
            raise SettingError("no class stands for a kind of cue", field="classes", remedy="Give one a kind")
        self.classes = tuple(classes)
        self._kept = np.array([one.kind is not None for one in classes])
        self._kind = np.array([-1 if one.kind is None else KINDS.index(one.kind) for one in classes], dtype=np.int8)

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def kinds(self) -> frozenset[CueKind]:
        """What may come out."""
        return frozenset(one.kind for one in self.classes if one.kind is not None)

    def best(self, scores: Singles) -> tuple[NDArray[np.intp], NDArray[np.int8], Singles]:
        """For scores (n, classes): the rows that stay, their kinds and their scores.

        A row stays where a class that stands for a kind is above every one that does not; of a draw nothing comes out.
        """
        if scores.ndim != 2 or scores.shape[1] != len(self):
            raise SettingError(
                f"the model answers with {scores.shape[-1]} classes, {len(self)} are described",
                field="classes",
                remedy="List every class of the model, in its order",
            )
        other = scores[:, ~self._kept].max(axis=1, initial=-np.inf)
        ours = scores[:, self._kept]
        rows = np.flatnonzero(ours.max(axis=1) > other)
        column = ours[rows].argmax(axis=1)
        return rows, self._kind[self._kept][column], ours[rows, column]

    def labelled(self, label: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
        """For labels (n,), indices of classes: the rows that stay, and their kinds."""
        if len(label) and (label.min() < 0 or label.max() >= len(self)):
            raise SettingError(
                f"the model answers with label {int(label.max())}, {len(self)} classes are described",
                field="classes",
                remedy="List every class of the model, in its order, one for the background if it counts that",
            )
        rows = np.flatnonzero(self._kept[label])
        return rows, self._kind[label[rows]]


def never(name: str) -> str | None:
    """The word of a class's name that is about people, animals or what identifies them, if there is one."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode().lower()
    for word in re.findall(r"[a-z]+", plain):
        for form in (word, _PLURALS.get(word, ""), word.removesuffix("s"), word.removesuffix("es")):
            if form in _NEVER:
                return str(word)
    return None
