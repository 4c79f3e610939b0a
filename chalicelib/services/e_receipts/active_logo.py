"""The logo that receipts show now, loaded from the bucket Applications."""

from chalicelib.core.moderation.files import load_file
from chalicelib.services.e_receipts.application_model import ServiceItem
from chalicelib.services.e_receipts.rules import is_active


def active_logo(service: ServiceItem | None) -> bytes | None:
    """Return the logo as PNG, or None if «Логотип в чеке» is not approved or is switched off."""
    if service is None or service.logo_key is None or not is_active(service):
        return None
    return load_file(service.logo_key)
