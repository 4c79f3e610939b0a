"""A new application for an additional service: its conditions, and its files in the bucket."""

from chalicelib.core.moderation.files import store_files
from chalicelib.core.moderation.model import Application
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.agreement_templates import AgreementKind
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.uploads.files import load_upload
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import fetch
from chalicelib.services.e_receipts import application_rules, application_store, rules
from chalicelib.services.e_receipts.application_model import (
    AdditionalService,
    NewApplication,
    ServiceItem,
)


def read_current(client_id: str, service: AdditionalService) -> ServiceItem | None:
    """Return the service as the client has it, for which an application may be made.

    Raises:
        OrganisationUnknown: the profile of the client is not known.
        Problem: the client may not use the service, see :func:`.rules.require_eligible`, or has an
            open application for it, see :func:`.application_rules.require_none_open`.
    """
    profile, agreement, current = fetch(
        organisation.profile(client_id),
        organisation.agreement(client_id, AgreementKind.E_RECEIPTS.value),
        application_store.service_item(client_id, service),
    )
    rules.require_eligible(require_profile(profile), agreement is not None)
    application_rules.require_none_open(current)
    return current


def prepare_application(
    client_id: str,
    service: AdditionalService,
    payload: NewApplication,
    current: ServiceItem | None,
) -> Application:
    """Check the form, store the files and return the new application.

    Raises:
        Problem: the form is refused, see :func:`.application_rules.check`.
    """
    checked = application_rules.check(
        service, payload, lambda upload_id: load_upload(client_id, upload_id)
    )
    application_id = new_identifier()
    files = store_files(client_id, application_id, checked)
    outcomes = application_rules.outcomes(current, payload.name, files)
    return application_rules.new_application(
        application_id,
        client_id,
        service,
        name=payload.name,
        files=files,
        subject=application_store.subject(service, outcomes),
    )
