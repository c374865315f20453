"""Sentences that reports and refusals are made of. Pure: values only, no I/O, no clock."""

from dataclasses import dataclass, field

from consult.i18n import text


@dataclass(frozen=True)
class Sentence:
    """A sentence to be translated where it is shown: `i18n.text(language, s.message, **s.params)`."""

    message: str
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return text("en", self.message, **self.params)
