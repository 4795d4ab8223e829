"""What is prescribed: the values of a protocol, and the small grammar of its rules."""
