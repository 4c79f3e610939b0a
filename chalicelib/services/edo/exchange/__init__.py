"""The steps of a document: it is sent, signed, rejected and revoked, by clients or in roaming."""
