"""What is prescribed: the values of a protocol, and the small grammar of its rules."""

from mfg.protocol.protocol import Protocol

__all__ = ["Protocol"]
