"""Encode origins for OTLP at the price of a copy: the bytes of a place are made once and merged into its spans.

`agent` installs it beside capture. The spans keep their attributes, so every other exporter and processor sees them;
only the OTLP protobuf exporters' encoder is helped, and what it sends stays the same to the byte (decision 0080), but
for one attribute on the first span of each file: what git calls the file's content (decision 0225).
"""

from spanorigin.export.files import Files
from spanorigin.export.path import ExportPath, install

__all__ = ["ExportPath", "Files", "install"]
