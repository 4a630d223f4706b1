"""What may be said to any command. Apart from the rest, so that `khabar --help` imports next to nothing."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`config` of None: KHABAR_CONFIG, else khabar.toml where it stands."""

    config: Path | None = None
    is_debug: bool = False
