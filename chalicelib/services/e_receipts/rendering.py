"""Rendering of the HTML templates in the folder ``templates``; values are escaped."""

import base64
import functools
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("templates")


@functools.cache
def _environment() -> Any:
    import jinja2  # takes 0.1 s, so only functions that render import it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, **values: Any) -> str:
    """Return the HTML of the template ``name`` with ``values``."""
    html: str = _environment().get_template(name).render(**values)
    return html


def data_uri(png: bytes) -> str:
    """Return a PNG as a data URI (RFC 2397)."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
