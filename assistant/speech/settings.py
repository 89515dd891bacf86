"""What `[speech]` of `shop.toml` may say. Knows no model.

[speech]                             # left out: the browser's own speech functions
model = "openai/whisper-base"        # hears: a Hugging Face id or folder of a speech recognition model
voice = "facebook/mms-tts-eng"       # speaks: a Hugging Face id or folder of a text-to-speech model
language = "en"                      # that is spoken, where a model knows several; "" lets the model guess
longest_seconds = 30                 # of a recording
allow_download = true                # fetch a model id that is not on this machine
"""

from dataclasses import dataclass

MOST_SECONDS = 30.0  # what recognition models read in one piece, and what a request of 16 kHz sound may hold


@dataclass(frozen=True)
class SpeechSettings:
    """Which models hear and speak.

    Attributes:
        model: hears; None: the reader's browser does, where it can.
        voice: speaks; None: likewise.
        language: that is spoken, as a model with several languages calls it; empty: the model guesses.
        longest_seconds: of a recording.
        allow_download: fetch a model id that is not on this machine.
    """

    model: str | None = None
    voice: str | None = None
    language: str = "en"
    longest_seconds: float = MOST_SECONDS
    allow_download: bool = False

    def __post_init__(self) -> None:
        """Checks the figures and that a named model has a name.

        Raises:
            ValueError: one of them is out of its bounds.
        """
        if not 1 <= self.longest_seconds <= MOST_SECONDS:
            raise ValueError(f"longest_seconds must be from 1 to {MOST_SECONDS:g}; got {self.longest_seconds:g}")
        for name, value in (("model", self.model), ("voice", self.voice)):
            if value is not None and not value.strip():
                raise ValueError(f"{name} of [speech] must name a model; leave it out for the browser's own speech")
