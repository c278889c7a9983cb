"""A running process answers: at a socket that only its user can open. Decision 0141."""

from spanorigin.door.serving import Door

__all__ = ["Door"]
