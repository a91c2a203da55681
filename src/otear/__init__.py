"""Otear: unarmed survey flights from request to outcome. Sites, never people; the host nation decides."""

__version__ = "0.1.0"
