"""Every error Otear raises on purpose.

    OtearError
    ├── InputError (ValueError)          exit 2: what came in cannot be used
    │   ├── RecordingError               a file or stream that holds no usable footage
    │   ├── TerrainError                 elevation data that is missing, unreadable or of unknown datum
    │   │   └── UnchartableError         ground that one chart cannot show exactly
    │   ├── SettingError                 a setting that is unknown or out of range
    │   └── NotFoundError (LookupError)  an identifier or a place that the workspace does not hold
    └── RefusedError (PermissionError)   exit 1: allowed by nobody

An `InputError` always says what is wrong, where (file and byte offset, or field) and what to do about it. A
`RefusedError` says which rule, which fact, and what would make it allowed. Anything else that escapes is a fault in
Otear.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self


class OtearError(Exception):
    """Root of the tree: catch this to catch everything Otear raises on purpose."""


class InputError(OtearError, ValueError):
    """Input that cannot be used; carries the file and offset, or the field, and the remedy."""

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        source: str | Path | None = None,
        offset: int | None = None,
        field: str | None = None,
    ) -> None:
        self.problem = problem
        self.remedy = remedy
        self.source = None if source is None else str(source)
        self.offset = offset
        self.field = field
        super().__init__(self._text())

    def naming(self, source: str | Path) -> Self:
        """The same error about a source of another name: of a file that was read under a temporary one, say."""
        return type(self)(self.problem, remedy=self.remedy, source=source, offset=self.offset, field=self.field)

    def _text(self) -> str:
        where = self.source or ""
        if self.offset is not None:
            where = f"{where} at byte {self.offset}".strip()
        if self.field is not None:
            where = f"{where} field {self.field!r}".strip()
        return f"{where}: {self.problem}. {self.remedy}" if where else f"{self.problem}. {self.remedy}"


class RecordingError(InputError):
    """A file or stream that holds no usable footage."""


class TerrainError(InputError):
    """Elevation data that is missing, unreadable, or of unknown vertical datum."""


class UnchartableError(TerrainError):
    """Ground that one chart cannot show exactly: too much at a time, or beside a pole."""


class SettingError(InputError):
    """A setting that is unknown, of the wrong type, or out of range."""


class NotFoundError(InputError, LookupError):
    """An identifier or a place that the workspace does not hold."""


class RefusedError(OtearError, PermissionError):
    """An action that no rule allows; says the rule, the fact, and what would allow it.

    `spanish` are the last two in Spanish, where whoever refused can say so.
    """

    def __init__(
        self, *, rule: str, because: str, would_be_allowed_if: str, spanish: tuple[str, str] | None = None
    ) -> None:
        self.rule = rule
        self.because = because
        self.would_be_allowed_if = would_be_allowed_if
        self.spanish = spanish
        super().__init__(f"{rule}: {because}. It would be allowed if {would_be_allowed_if}")
