"""The demo shop: a seeded simulation of a British homeware and grocery shop, its hidden truth kept beside the data."""

from analytics.demo.build import DemoSummary, build_demo
from analytics.demo.settings import DEMO_AS_OF, DEMO_CURRENCY, DEMO_NAME, DemoSettings

__all__ = ["DEMO_AS_OF", "DEMO_CURRENCY", "DEMO_NAME", "DemoSettings", "DemoSummary", "build_demo"]
