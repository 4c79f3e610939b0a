"""The catalogue of packages, read from ``packages.toml``."""

import functools
from pathlib import Path

from chalicelib.services.edo.licences.model import Package
from chalicelib.services.edo.licences.rules import PackageUnknown

_CATALOGUE = Path(__file__).with_name("packages.toml")


@functools.cache
def packages_on_sale() -> tuple[Package, ...]:
    """Return the packages on sale in the order of the catalogue."""
    import tomllib

    catalogue = tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return tuple(map(Package.model_validate, catalogue["package"]))


def package_on_sale(package_id: str) -> Package:
    """Return a package on sale.

    Raises:
        PackageUnknown: the catalogue has no package with that identifier.
    """
    for package in packages_on_sale():
        if package.package_id == package_id:
            return package
    raise PackageUnknown
