"""A little XML: elements with attributes, and documents as text."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child."""
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def document_text(root: Element) -> str:
    """A whole document, indented."""
    indent(root)
    return DECLARATION + tostring(root, encoding="unicode") + "\n"


def line_text(root: Element) -> str:
    """An element on one line, without a declaration."""
    return tostring(root, encoding="unicode")
