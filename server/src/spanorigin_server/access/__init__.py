"""Who may talk to the server, and for what."""

from spanorigin_server.access.addresses import Access, is_loopback, is_loopback_origin

__all__ = ["Access", "is_loopback", "is_loopback_origin"]
