"""What the plugin needs of Takopi, for tests of the plugin alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandResult:
    text: str
