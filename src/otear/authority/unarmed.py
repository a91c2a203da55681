"""What has no place in an unarmed survey: the words, why each is on the list, and the check that refuses them.

The guarantee is the closed schema: documents have no key, and the package no field, in which anything of this could be
said and acted upon (tests/test_unarmed.py walks them all). The words are the second lock. They promise that what says
plainly, in English or Spanish, that an aircraft is armed does not pass, and neither does it in another spelling:
accents, capitals, `camelCase`, `snake_case`, letters set apart, a word in pieces, a count put to it (`4xword`), letters
of another alphabet. They cannot promise that nothing armed is ever described: invented names, other languages and
digits in place of letters pass. Nor do they know what is meant: `STANDARD` lists innocent terms that hold such a word.

How words are compared: without case and without accents (ñ is a letter of its own), plurals in -s and -es count, `*` is
any letters. Phrases count with the key that they stand under, so that `laser: {designation: true}` is one, and also
where they are written as one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache

from otear.domain.bilingual import Bilingual
from otear.domain.decision import refused


@dataclass(frozen=True)
class Group:
    """Words and phrases that are refused for one reason."""

    because: Bilingual
    words: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A denied word, where it stands (keys and list places joined by dots) and the group that it belongs to."""

    word: str
    where: str
    group: Group


DENIED: tuple[Group, ...] = (
    Group(
        Bilingual("weapons and what they throw", "armas y lo que lanzan"),
        (
            "*weapon*", "armed", "armament", "armaments", "*munition*", "ammunition", "ammo", "ordnance", "bomb",
            "bomber", "bombing", "bomblet", "*missile", "rocket", "gun", "gunner", "gunship", "gunpod", "machinegun",
            "minigun", "cannon", "howitzer", "artillery", "projectile", "*warhead", "*torpedo", "grenade", "mortar",
            "rifle", "shotgun", "pistol", "firearm", "taser", "tear gas", "explosiv*", "detonator", "kamikaze",
            "suicide drone", "ucav", "combat", "arma", "aeronave armada", "dron armado", "dron suicida", "armamento",
            "*municion", "bomba", "bombardeo", "bombardear", "bombardero", "portabomba", "lanzabomba", "misil",
            "lanzamisil", "lanzacohete", "lanzagranada", "ametralladora", "artilleria", "proyectil", "fusil",
            "escopeta", "pistola", "ojiva", "mortero", "detonador", "gas lacrimogeno", "belico", "belica", "combate",
            "cabeza de guerra",
        ),
    ),
    Group(
        Bilingual("weapons by their names", "armas por su nombre"),
        (
            "hellfire", "paveway", "jdam", "sidewinder", "agm", "gbu", "cbu", "mk 81", "mk 82", "mk 83", "mk 84",
        ),
    ),
    Group(
        Bilingual("what weapons hang from or are let go by", "de donde cuelgan o se sueltan armas"),
        (
            "hardpoint", "hard point", "external store", "underwing store", "wing store", "stores management",
            "stores station", "stores release", "store release", "stores pylon", "store pylon", "pylon load",
            "loaded pylon", "bombbay", "payload release", "payload drop", "drop mechanism", "ejector rack",
            "punto duro", "punto de anclaje de carga", "carga externa lanzable", "liberacion de carga",
            "suelta de carga",
        ),
    ),
    Group(
        Bilingual("lasers that mark a thing for a weapon", "láseres que marcan algo para un arma"),
        (
            "designator", "laser designat*", "laser marker", "laser pointer", "laser illuminat*", "laser spot",
            "laser guided", "laser guidance", "designador", "designacion laser", "laser designador", "iluminador laser",
            "iluminacion laser", "marcador laser", "guiado laser",
        ),
    ),
    Group(
        Bilingual("using force", "el uso de la fuerza"),
        (
            "engage", "engaged", "engaging", "engagement", "*strike", "striker", "attack", "attacker", "attacking",
            "fire control", "fire mission", "open fire", "cease fire", "weapon release", "shoot", "shooter",
            "shootdown", "shoot down", "sniper", "effector", "kill", "killed", "killer", "killing", "killchain",
            "killswitch", "lethal*", "nonlethal", "neutralis*", "neutraliz*", "assassinat*", "ataque", "atacar",
            "atacante", "enfrentamiento", "control de tiro", "control de fuego", "radar de tiro", "direccion de tiro",
            "abrir fuego", "disparar", "francotirador", "derribar", "derribo", "abatir", "matar", "asesinar", "letal",
            "letalidad", "neutralizacion",
        ),
    ),
    Group(
        Bilingual("choosing what force is used on", "elegir contra qué se usa la fuerza"),
        (
            "target*", "retarget*", "adquisicion de blanco", "seguimiento de blanco", "designacion de blanco",
            "lista de blancos", "blanco militar", "adquisicion de objetivo", "seguimiento de objetivo",
            "designacion de objetivo", "lista de objetivos", "objetivo militar",
        ),
    ),
    Group(
        Bilingual("finding or following people, faces, plates or phones",
                  "hallar o seguir a personas, rostros, placas o teléfonos"),
        (
            "person detect*", "person track*", "person identif*", "person recogni*", "people detect*", "people track*",
            "people identif*", "people recogni*", "pedestrian", "track person", "track people", "tracking person",
            "tracking people", "identify person", "identify people", "identifying people", "detect person",
            "detect people", "manhunt", "face detect*", "face track*", "face identif*", "face recogni*", "face match*",
            "face id", "facial", "faceprint", "biometric*", "gait recogni*", "license plate", "licence plate",
            "licenseplate", "number plate", "numberplate", "plate reader", "plate recogni*", "plate number", "anpr",
            "alpr", "imsi", "imei", "phone track*", "phone intercept*", "seguir persona", "seguimiento de persona",
            "rastreo de persona", "identificar persona", "identificacion de persona", "deteccion de persona",
            "reconocimiento de persona", "rostro", "reconocimiento facial", "biometrico", "biometria",
            "placa vehicular", "placa de vehiculo", "lectura de placa", "lector de placa", "reconocimiento de placa",
        ),
    ),
)  # fmt: skip
"""The deny-list."""

ABOARD: tuple[Group, ...] = (
    Group(
        Bilingual("what is carried to be let go", "lo que se lleva para soltarlo"),
        ("store", "pylon", "pilon", "pilones", "cañon", "cañones", "soporte sub alar", "granada", "cohete"),
    ),
)
"""Words with an innocent sense on the ground (a database, a storehouse, a canyon, the town of Granada, a hill called
Cohete), and none in an aircraft document."""

LOOK_ALIKES = Group(
    Bilingual("letters of several alphabets in one word, which hide what it says",
              "letras de varios alfabetos en una palabra, que ocultan lo que dice"),
    (),
)  # fmt: skip
"""The reason to refuse a word that is Latin in part only: it looks like another."""

STANDARD: dict[str, str] = {
    "vmti target": "MISB ST 0903 calls each moving thing that a sender reports in a picture a target; read, not used",
    "v target": "the same standard's name for one of them, VTarget",
    "moving target indicator": "what the letters of VMTI stand for",
    "angle of attack": "the angle between a wing and the air, ST 0601 items 50 and 92",
    "angulo de ataque": "the same in Spanish",
    "stream designator": "ST 0601 item 106: the name of a video stream",
    "type designator": "ICAO Doc 8643: the code of a type of aircraft",
    "designador de tipo": "the same in Spanish",
    "bird strike": "a bird that hits an aircraft",
    "data plate number": "the number on an aircraft's data plate",
    "engaged clutch": "a part of a drive train",
    "autopilot engaged": "the autopilot flies",
    "point and shoot": "a kind of camera",
    "disparar la camara": "to release a camera's shutter",
    "agm battery": "a battery with absorbent glass mats",
    "bateria agm": "the same in Spanish",
    "bomba de agua": "a water pump",
    "bomba de combustible": "a fuel pump",
    "bomba hidraulica": "a hydraulic pump",
    "combate a incendio": "fire fighting",
    "kill devil hill": "the place where the Wrights flew",
}
"""Terms of standards, and plain words, that hold a denied word and mean none of it; each with its reason."""

_WORD = re.compile(r"[A-ZÑ]+(?![a-zñ])|[A-ZÑ]?[a-zñ]+")
_RUN = re.compile(r"[A-Za-zÑñ]+")
_NUMBERED = re.compile(r"[A-Za-zÑñ]+|[0-9]+")
_COUNT = re.compile(r"(?<=[0-9])[xX](?=[A-Za-zÑñ])|(?<=[A-Za-zÑñ])[xX](?=[0-9])")
_LETTERS = re.compile(r"[^\W\d_]+")
_LOOK_LATIN = {"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LISU"}
_SYMBOLS = frozenset("μΩλΔ")
"""Greek letters that stand beside Latin ones by right: µm, kΩ."""
_UNBROKEN = 5
"""Shorter words come about by chance where others are put together, unless letter by letter."""


def find_armed(value: object, groups: tuple[Group, ...] = DENIED) -> tuple[Finding, ...]:
    """Every denied word in the keys and texts of nested mappings and sequences, in the order that they stand.

    `groups` are those looked for; for the document of an aircraft they are `(*DENIED, *ABOARD)`.
    """
    return tuple(dict.fromkeys(finding for where, path in _texts(value) for finding in _in_last(where, path, groups)))


def armed_words(value: object, groups: tuple[Group, ...] = DENIED) -> tuple[str, ...]:
    """The words that `find_armed` finds, each once."""
    return tuple(dict.fromkeys(finding.word for finding in find_armed(value, groups)))


def refuse_armed(value: object, what: Bilingual, groups: tuple[Group, ...] = DENIED) -> None:
    """Go on where nothing in `value` is denied.

    Raises `RefusedError` by the rule `unarmed`, which names the words and where they stand. `what` says what was read,
    in words that begin a sentence.
    """
    findings = find_armed(value, groups)
    if findings:
        words = ", ".join(f"{finding.word!r} ({finding.where})" for finding in findings)
        kinds = tuple(dict.fromkeys(finding.group.because for finding in findings))
        english, spanish = "; ".join(kind.en for kind in kinds), "; ".join(kind.es for kind in kinds)
        refused(
            "unarmed",
            Bilingual(f"{what.en} names {words}: {english}", f"{what.es} nombra {words}: {spanish}"),
            Bilingual(
                "it named nothing of the kind, because there is nothing of the kind: surveys are unarmed",
                "no nombrara nada de eso, por no haberlo: el reconocimiento va desarmado",
            ),
        ).enforce()


def _texts(value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every key and every text: where it stands, and itself as the last of the keys and places that lead to it."""
    waiting: list[tuple[tuple[str, ...], object]] = [((), value)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, str):
            yield ".".join(path) or node, (*path, node)
        elif isinstance(node, Mapping):
            yield from ((".".join((*path, str(key))), (*path, str(key))) for key in node)
            waiting.extend(reversed([((*path, str(key)), child) for key, child in node.items()]))
        elif isinstance(node, (Sequence, Set)) and not isinstance(node, (bytes, bytearray)):
            waiting.extend(reversed([((*path, str(place)), child) for place, child in enumerate(node)]))


def _in_last(where: str, path: tuple[str, ...], groups: tuple[Group, ...]) -> Iterator[Finding]:
    """Denied words that end in the last text of a path; what leads to it has been read on its own."""
    yield from (Finding(word, where, LOOK_ALIKES) for word in _of_several_alphabets(path[-1]))
    for splitter in (_WORD, _RUN, _NUMBERED):
        before = "".join(f"{word} " for text in path[:-1] for word in _split(text, splitter))
        text = before + " ".join(_split(path[-1], splitter))
        standard = [term.span() for term in _expression(tuple(STANDARD)).finditer(text)]
        found = [
            Finding(match[0], where, group)
            for group in groups
            for match in _expression(group.words).finditer(text)
            if match.end() > len(before)
            and not any(start <= match.start() and match.end() <= end for start, end in standard)
        ]
        if found:
            yield from found
            return
    yield from (Finding(word, where, group) for word, group in _in_pieces(_split(path[-1], _RUN), groups))


def _in_pieces(words: Sequence[str], groups: tuple[Group, ...]) -> Iterator[tuple[str, Group]]:
    """Denied words whose pieces stand side by side, or whose letters do."""
    forms = _forms(groups)
    longest = max(map(len, forms))
    for start in range(len(words)):
        joined = words[start]
        for end in range(start + 1, len(words)):
            joined += words[end]
            if len(joined) > longest:
                break
            word, group = forms.get(joined, ("", None))
            if group is not None and (len(word) >= _UNBROKEN or len(joined) == end + 1 - start):
                yield " ".join(words[start : end + 1]), group


@cache
def _forms(groups: tuple[Group, ...]) -> dict[str, tuple[str, Group]]:
    """Each single word of some groups and its plurals, with the word itself and its group."""
    listed = ((phrase.strip("*"), group) for group in groups for phrase in group.words if " " not in phrase)
    return {word + ending: (word, group) for word, group in listed for ending in ("", "s", "es")}


@cache
def _expression(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of some words and phrases in text that `_split` took apart."""
    words = (
        " ?".join(word.replace("*", "[a-zñ]*") + ("" if word.endswith("*") else "(?:s|es)?") for word in phrase.split())
        for phrase in phrases
    )
    return re.compile(rf"(?<![a-zñ0-9])(?:{'|'.join(words)})(?![a-zñ0-9])")


def _split(text: str, splitter: re.Pattern[str]) -> list[str]:
    """Words in small letters, and numbers where the splitter takes them."""
    return [word.lower() for word in splitter.findall(_COUNT.sub(" ", _plain(text)))]


def _plain(text: str) -> str:
    """Without accents (but with ñ), ligatures, and characters that are not seen."""
    kept = unicodedata.normalize("NFKC", text).replace("ñ", "\0").replace("Ñ", "\1")
    signs = (
        sign for sign in unicodedata.normalize("NFD", kept) if unicodedata.category(sign) not in {"Mn", "Me", "Cf"}
    )
    return "".join(signs).replace("\0", "ñ").replace("\1", "Ñ")


def _of_several_alphabets(text: str) -> Iterator[str]:
    """Words in which Latin letters stand with others that look like them."""
    for word in _LETTERS.findall(_plain(text)):
        if not word.isascii():
            alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter not in _SYMBOLS}
            if "LATIN" in alphabets and alphabets & _LOOK_LATIN:
                yield word
