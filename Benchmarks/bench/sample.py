"""What one run of a load cost."""

import dataclasses


@dataclasses.dataclass
class Sample:
    """One run against one server."""

    requests: int  # or handshakes
    cpu_ns: int
    seconds: float

    @property
    def micros(self):
        """CPU microseconds for each."""
        return self.cpu_ns / self.requests / 1000

    @property
    def busy(self):
        """The share of its core that it used."""
        return self.cpu_ns / self.seconds / 1e9

    @property
    def rate(self):
        return self.requests / self.seconds
