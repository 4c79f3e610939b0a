"""Tariffs of licences, configured in ``tariffs.toml``."""

import functools
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.requisites import Kopecks, Line
from chalicelib.runtime.model import Model, example
from chalicelib.services.gosotchet.authority import AuthorityKind

_TARIFFS = Path(__file__).with_name("tariffs.toml")


class Tariff(Model):
    """The terms of a licence. ``price_kopecks`` includes VAT."""

    model_config = ConfigDict(extra="forbid") | example(
        tariff_id="basic",
        title="Базовый",
        price_kopecks=5_900_00,
        months=12,
        authorities=["fns", "sfr", "rosstat", "fsrar", "rpn", "cb"],
        tax_offices=1,
        additional_kpp=0,
    )

    tariff_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    title: Line
    price_kopecks: Kopecks
    months: Annotated[int, Field(ge=1, le=60)]
    """Term of the licence from the day of payment, in months."""
    authorities: Annotated[tuple[AuthorityKind, ...], Field(min_length=1)]
    tax_offices: Annotated[int, Field(ge=1)]
    """Number of offices of ФНС that a registration may contain, by their codes."""
    additional_kpp: Annotated[int, Field(ge=0)]
    """Number of КПП that a registration may contain besides the organisation's own."""


class _File(Model):
    tariff: tuple[Tariff, ...]


@functools.cache
def tariffs() -> tuple[Tariff, ...]:
    """Return the tariffs on sale, in the order of the file."""
    return _File.model_validate(tomllib.loads(_TARIFFS.read_text(encoding="utf-8"))).tariff


def find_tariff(tariff_id: str) -> Tariff | None:
    """Return the tariff with this identifier, or None if no such tariff is on sale."""
    return next((tariff for tariff in tariffs() if tariff.tariff_id == tariff_id), None)
