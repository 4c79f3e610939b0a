"""The SOAP web services that 1C calls."""
