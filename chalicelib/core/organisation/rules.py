"""Problems of organisations, shops, registers and agreements."""

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.problem import NotFound, Problem


class OrganisationUnknown(NotFound):
    """The cabinet has not sent the organisation that the token names."""

    slug = "organisation-unknown"
    detail = "Организация не найдена. Если вы зарегистрировались только что, повторите позже."


class ShopUnknown(NotFound):
    """The organisation has no shop with this id."""

    slug = "shop-unknown"
    detail = "Такого магазина нет."


class RegisterUnknown(NotFound):
    """The organisation has no register with this number."""

    slug = "register-unknown"
    detail = "Такой кассы нет."


class AgreementUnknown(NotFound):
    """There is no agreement of this kind."""

    slug = "agreement-unknown"
    detail = "Такого соглашения нет."


class AgreementSigned(Problem):
    """The agreement is already signed."""

    slug = "agreement-signed"
    title = "Соглашение уже подписано"
    detail = "Соглашение уже подписано, подписывать его ещё раз не нужно."


class RegisterNotInShop(Problem):
    """The register to be unbound is not in this shop."""

    slug = "register-not-in-shop"
    title = "Касса не привязана"
    detail = "Касса не привязана к этому магазину."


class RegisterMoved(Problem):
    """Another request moved the register after it was read."""


def require_profile(profile: Profile | None) -> Profile:
    """Return the profile that was read.

    Raises:
        OrganisationUnknown: there is none.
    """
    if profile is None:
        raise OrganisationUnknown
    return profile
