"""What may be done with shops and registers, and why not."""

from chalicelib.runtime.problem import NotFound, Problem


class OrganisationUnknown(NotFound):
    """The token names an organisation that the cabinet has not told us of."""

    slug = "organisation-unknown"
    detail = "Организация не найдена. Если вы зарегистрировались только что, повторите позже."


class ShopUnknown(NotFound):
    """No such shop of this organisation."""

    slug = "shop-unknown"
    detail = "Такого магазина нет."


class RegisterUnknown(NotFound):
    """No such register of this organisation."""

    slug = "register-unknown"
    detail = "Такой кассы нет."


class AgreementUnknown(NotFound):
    """There is no agreement of that kind."""

    slug = "agreement-unknown"
    detail = "Такого соглашения нет."


class AgreementSigned(Problem):
    """The agreement is signed already."""

    slug = "agreement-signed"
    title = "Соглашение уже подписано"
    detail = "Соглашение уже подписано, подписывать его ещё раз не нужно."


class RegisterNotInShop(Problem):
    """The register to be unbound is not in that shop."""

    slug = "register-not-in-shop"
    title = "Касса не привязана"
    detail = "Касса не привязана к этому магазину."


class RegisterMoved(Problem):
    """Another call put the register elsewhere meanwhile."""
