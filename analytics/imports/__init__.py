"""Imports: from a shop's files to its history. Every source row is kept, or rejected with its reason."""

from analytics.imports.account import ImportAccount, Progress, RuleCount, recorded_rejections, silent
from analytics.imports.online_retail import ingest_online_retail
from analytics.imports.own_export import ingest_csv
from analytics.imports.tau_retail import ingest_tau_retail

__all__ = [
    "ImportAccount",
    "Progress",
    "RuleCount",
    "ingest_csv",
    "ingest_online_retail",
    "ingest_tau_retail",
    "recorded_rejections",
    "silent",
]
