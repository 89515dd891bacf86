"""Ten tools such as a shop might add in a plugin module, to measure how well added tools are found without training."""

from assistant.toolbox import Tool
from assistant.training.sample_tools.for_customers import TOOLS as _FOR_CUSTOMERS
from assistant.training.sample_tools.for_staff import TOOLS as _FOR_STAFF

TOOLS: tuple[Tool, ...] = (*_FOR_CUSTOMERS, *_FOR_STAFF)
