"""A shop's own exports, read by its map.toml (see `analytics.imports.mapping` for how one is written)."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from analytics.errors import ImportFailed
from analytics.imports.account import ImportAccount, Progress, silent
from analytics.imports.importing import Source, run_import
from analytics.imports.mapping import Section, read_map
from analytics.imports.source import files_in


def ingest_csv(file_or_folder: Path, mapping: Path, warehouse_path: Path, progress: Progress = silent) -> ImportAccount:
    """Imports CSV, Excel or parquet exports; importing them, or newer ones of the same orders, again doubles nothing.

    Args:
        file_or_folder: one file, or the folder in which each section's `file` lies.
        mapping: the map.toml.
        warehouse_path: the shop's warehouse.duckdb; made where it is missing. Its folder's build lock is taken.
        progress: told each step and the share done.

    Raises:
        ImportFailed: the map or a file is not what is expected; nothing was changed.
        ShopBusy: another process builds in this folder.
    """
    source_map = read_map(mapping)
    sources = [
        Source(_files(section, file_or_folder), section.form, partial(_as_mapped, section))
        for section in source_map.sections
    ]
    return run_import(source_map.name, sources, warehouse_path, progress)


def _as_mapped(section: Section, header: Sequence[str]) -> Section:
    """The section as the map has it; whether the file has its columns is checked when the rows are cleaned."""
    return section


def _files(section: Section, place: Path) -> tuple[Path, ...]:
    """The section's files: those it names beside or in `place`, else `place` itself."""
    if place.is_file() and section.file:
        return files_in(place.parent, section.file) if not place.match(section.file) else (place,)
    if place.is_dir() and not section.file:
        found = files_in(place, None)
        if len(found) > 1:
            raise ImportFailed(
                f"Expected [{section.table}] to say which file of {place} it reads, but it does not and there are "
                f'{len(found)}. Add a line such as file = "{found[0].name}".'
            )
    return files_in(place, section.file)
