"""What the OpenAI chat protocol takes and gives here, as far as it is heeded. Knows no logic."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from ui.api_models import writable

Content = Annotated[str, AfterValidator(writable)]


class Part(BaseModel):
    """A part of a message; only texts are read."""

    type: str
    text: Content | None = None


class FunctionSaid(BaseModel):
    """A call as it was shown: the arguments are JSON in a text."""

    name: str
    arguments: str = "{}"


class CallSaid(BaseModel):
    """A call that the client kept with an answer."""

    id: str = ""
    function: FunctionSaid


class MessageSaid(BaseModel):
    """A message of the history."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content | list[Part] | None = None
    tool_calls: list[CallSaid] | None = None


class StreamOptions(BaseModel):
    """What a stream shall tell."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A question with its history. What is not named here (temperature, ...) is read over: answers are repeatable."""

    model: Annotated[str, Field(json_schema_extra={"enum": ["retail-assistant", "retail-assistant-manager"]})]
    messages: Annotated[list[MessageSaid], Field(min_length=1, max_length=2_000)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None

    @property
    def shows_calls(self) -> bool:
        """Whether the client reads `tool_calls`: it says so by speaking of tools itself."""
        return (bool(self.tools) or self.tool_choice is not None) and self.tool_choice != "none"


class ModelBody(BaseModel):
    """One of the shop's two assistants."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class ModelsBody(BaseModel):
    """The assistants that may be asked."""

    object: Literal["list"] = "list"
    data: list[ModelBody]


class CompletionBody(BaseModel):
    """A completion of the protocol; `retail_assistant` holds the whole ANSWER beside it."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]
    retail_assistant: dict[str, Any] | None = None
