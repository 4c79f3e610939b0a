"""The exchange of messages with infobases of 1C."""
