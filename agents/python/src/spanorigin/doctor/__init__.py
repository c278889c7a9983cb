"""`spanorigin doctor`: what the agent does in an environment or in a live process, and why, and what to do about it."""

from spanorigin.doctor.environment import Report, answers, as_data, as_text, examine, install_command

__all__ = ["Report", "answers", "as_data", "as_text", "examine", "install_command"]
