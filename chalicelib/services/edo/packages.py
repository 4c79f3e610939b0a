"""The catalogue of packages, ``packages.toml``."""

import functools
import tomllib
from pathlib import Path

from chalicelib.services.edo.model import Package
from chalicelib.services.edo.rules import PackageUnknown

_CATALOGUE = Path(__file__).with_name("packages.toml")


@functools.cache
def on_sale() -> tuple[Package, ...]:
    """Return the packages on sale, in the catalogue's order."""
    said = tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return tuple(map(Package.model_validate, said["package"]))


def package_of(package_id: str) -> Package:
    """Return a package on sale.

    Raises:
        PackageUnknown: there is none of that id.
    """
    for package in on_sale():
        if package.package_id == package_id:
            return package
    raise PackageUnknown
