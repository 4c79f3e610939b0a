"""Fonts and paragraphs of the product's PDF documents."""

import functools
import re
from html import escape
from typing import Final, Literal

import font_roboto  # type: ignore[import-untyped]
from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from chalicelib.core.russian import NBSP, THIN

Align = Literal[0, 1, 2]
"""ReportLab's ``TA_LEFT``, ``TA_CENTER``, ``TA_RIGHT``."""

_LONG_WORD: Final = re.compile(r"\S{30}")


@functools.cache
def register_fonts() -> None:
    """Register Roboto with ReportLab; repeated calls do nothing."""
    registerFont(TTFont("Roboto", font_roboto.Roboto))
    registerFont(TTFont("Roboto-Bold", font_roboto.RobotoBold))
    registerFontFamily("Roboto", normal="Roboto", bold="Roboto-Bold")


def paragraph(
    text: str,
    *,
    lead: str = "",
    size: float = 9,
    bold: bool = False,
    align: Align = TA_LEFT,
    color: Color = black,
) -> Paragraph:
    """Return a paragraph of plain ``text``, preceded by ``lead`` in ReportLab's markup.

    ``size`` is in points. Lines break at spaces; text with a word of 30 characters or more breaks
    at any character.
    """
    # ReportLab breaks lines at narrow no-break spaces.
    plain = escape(text.replace(THIN, NBSP), quote=False)
    style = _style(size, bold, align, color, bool(_LONG_WORD.search(text)))
    return Paragraph(lead + plain, style)


@functools.cache
def _style(size: float, bold: bool, align: Align, color: Color, anywhere: bool) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}",
        fontName="Roboto-Bold" if bold else "Roboto",
        fontSize=size,
        leading=size * 1.25,
        alignment=align,
        textColor=color,
        wordWrap="CJK" if anywhere else None,
    )
