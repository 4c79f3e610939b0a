"""The HTML templates beside this module; whatever is put into one is escaped."""

import base64
import functools
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("templates")


@functools.cache
def _environment() -> Any:
    import jinja2  # a tenth of a second that only who renders pays for

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, **said: Any) -> str:
    """Return the template ``name`` with what it is to say."""
    made: str = _environment().get_template(name).render(**said)
    return made


def data_uri(png: bytes) -> str:
    """Return a PNG as an address that holds it (RFC 2397)."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
