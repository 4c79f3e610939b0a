"""Everything that ships may ship, and is listed."""

import pytest

from infra import licences
from infra.licences import LicenceRefused


def test_committed_list_is_what_the_packages_say() -> None:
    committed = licences.TARGET.read_text(encoding="utf-8")
    assert committed == licences.render(), "run `make licences`"


def test_what_is_argued_for_ships() -> None:
    assert set(licences.ARGUED) <= set(licences.shipped())


@pytest.mark.parametrize(
    "declared", [["GPL-3.0-only"], ["MIT AND AGPL-3.0-only"], ["Proprietary"], [], ["Dual License"]]
)
def test_other_licences_are_refused(monkeypatch: pytest.MonkeyPatch, declared: list[str]) -> None:
    monkeypatch.setattr(licences, "_declared_licences", lambda _: iter(declared))
    with pytest.raises(LicenceRefused, match="some-package"):
        licences.licence("some-package")
