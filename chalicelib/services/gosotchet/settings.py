"""What the deployment decides about the reporting system."""

from pydantic import SecretStr

from chalicelib.runtime.settings import Settings


class ReportingSettings(Settings):
    """Whose accounts are opened, and where people sign in."""

    reporting_url: str = ""
    """Of the reporting operator's system; empty for the embedded directory of accounts."""
    reporting_token: SecretStr = SecretStr("")
    """Bearer token for it."""
    reporting_sign_in_url: str = ""
    """Told in the e-mail with the password; empty for none."""
