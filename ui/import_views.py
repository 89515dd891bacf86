"""An import as HTML: choosing a file, its first rows, the account of what was kept and rejected, how far work is.

Knows the records of `assistant.own_import` and `assistant.long_work`, not what they do.
"""

import base64
import json
from collections.abc import Sequence

from assistant.long_work import Progress
from assistant.messages import Table
from assistant.own_import import ColumnMap, Outcome, Rejected, map_text
from assistant.wording import number
from ui import texts
from ui.escaping import escaped
from ui.tables import csv_link, table_html
from ui.uploads import MARK, PATH

_REJECTED_SHOWN = 20
_CELLS = 120  # characters of a rejected row

# A chosen file is sent at once; how much of it has gone is shown, and what the server says to it.
UPLOAD_SCRIPT = f"""
element.addEventListener('change', (event) => {{
  const file = event.target.files && event.target.files[0];
  if (!file) return;
  const bar = element.querySelector('progress');
  const said = element.querySelector('[role=status]');
  const sent = new XMLHttpRequest();
  const failed = (text) => {{ bar.hidden = true; said.className = 'ra-failed'; said.textContent = text; }};
  sent.open('POST', new URL('{PATH}?name=' + encodeURIComponent(file.name), window.location.origin));
  sent.setRequestHeader('{MARK}', '1');
  sent.upload.onprogress = (part) => {{ if (part.lengthComputable) bar.value = part.loaded / part.total; }};
  sent.onerror = () => failed(said.dataset.broken);
  sent.onload = () => {{
    let answer = {{}};
    try {{ answer = JSON.parse(sent.responseText); }} catch (unreadable) {{ answer = {{}}; }}
    if (sent.status !== 200) return failed(answer.error || said.dataset.broken);
    bar.hidden = true; said.className = 'ra-small'; said.textContent = file.name;
    trigger('click', {{action: 'uploaded', value: answer.file}});
  }};
  bar.hidden = false; bar.value = 0; said.className = 'ra-small'; said.textContent = said.dataset.sending;
  sent.send(file);
  event.target.value = '';
}});
"""


def chooser_html() -> str:
    """The button that chooses a file, with a place for how far its way is."""
    head = f'<h2 class="ra-part">{escaped(texts.IMPORT_TITLE)}</h2><p>{escaped(texts.IMPORT_HOW)}</p>'
    return (
        f'{head}<div class="ra-upload"><label class="ra-button ra-quiet">{escaped(texts.UPLOAD)}'
        '<input type="file" class="ra-hidden" accept=".csv,.txt,.tsv,.xlsx,.xls,.parquet"></label>'
        f'<progress max="1" value="0" hidden aria-label="{escaped(texts.UPLOAD_SENDING)}"></progress>'
        f'<span role="status" class="ra-small" data-sending="{escaped(texts.UPLOAD_SENDING)}" '
        f'data-broken="{escaped(texts.UPLOAD_BROKEN)}"></span></div>'
    )


def preview_html(name: str, count: int, malformed: int, table: Table) -> str:
    """What is in the file: how many rows, and the first of them as they stand there."""
    said = texts.PREVIEW.format(name=name, rows=number(count), columns=number(len(table.columns)))
    broken = texts.PREVIEW_MALFORMED.format(count=number(malformed)) if malformed else ""
    warned = f'<p class="ra-mark ra-warn">{escaped(broken)}</p>' if broken else ""
    return f'<p class="ra-said">{escaped(said)}</p>{warned}{table_html(table)}'


def outcome_html(outcome: Outcome, *, tried: bool) -> str:
    """The account: rows read, kept and rejected by each rule, and the first rejected rows with their reasons.

    Args:
        outcome: what an import, or its trial, did.
        tried: it was a trial; nothing has been changed.
    """
    account = outcome.account
    lost = account.rows_read - account.rows_kept
    head = (texts.TRIED if tried else texts.IMPORTED).format(
        read=number(account.rows_read), kept=number(account.rows_kept), rejected=number(lost)
    )
    parts = [f'<p class="ra-said" role="status">{escaped(head)}</p>']
    if account.rules:
        rules = Table(texts.RULE_COLUMNS, tuple((each.rule, each.rows) for each in account.rules))
        parts.append(f'<h3 class="ra-fold-part">{escaped(texts.RULES)}</h3>{table_html(rules)}')
    if outcome.rejected:
        table = _rejected_table(outcome.rejected)
        parts += [f'<h3 class="ra-fold-part">{escaped(texts.REJECTED)}</h3>', table_html(table, _REJECTED_SHOWN)]
        parts.append(csv_link(table, "rejected"))
    held = tuple((name.replace("_", " "), rows) for name, rows in account.tables.items() if rows)
    parts.append(
        f'<details class="ra-fold"><summary>{escaped(texts.HELD_TRIED if tried else texts.HELD)}</summary>'
        f"{table_html(Table(texts.HELD_COLUMNS, held), len(held))}</details>"
    )
    return "".join(parts)


def map_link(mapping: ColumnMap) -> str:
    """A link that saves the mapping, for `retail-assistant ingest csv`."""
    data = base64.b64encode(map_text(mapping).encode()).decode()
    return (
        f'<p class="ra-under"><a class="ra-button ra-quiet" download="map.toml" '
        f'href="data:application/toml;base64,{data}">{escaped(texts.SAVE_MAP)}</a></p>'
    )


def failed_html(said: str) -> str:
    """Why it cannot be done; what to do about it is part of the sentence."""
    return f'<p class="ra-failed" role="alert">{escaped(said)}</p>'


def progress_html(progress: Progress) -> str:
    """How far the work is."""
    if progress.ended and progress.failure:
        return failed_html(progress.failure)
    share = round(100 * progress.share)
    name = escaped(progress.name)
    return (
        f'<div class="ra-work" role="status"><p>{name}: {escaped(progress.step)}</p>'
        f'<progress max="100" value="{share}" aria-label="{name}">{share} %</progress></div>'
    )


def _rejected_table(rejected: Sequence[Rejected]) -> Table:
    rows = tuple((each.row_number, each.reason or each.rule, _cells(each.row)) for each in rejected)
    return Table(texts.REJECTED_COLUMNS, rows)


def _cells(row: str) -> str:
    """A rejected row's cells in one line."""
    try:
        found = json.loads(row)
    except ValueError:
        return row[:_CELLS]
    cells = found.values() if isinstance(found, dict) else [found]
    line = " | ".join("" if cell is None else str(cell) for cell in cells)
    return line if len(line) <= _CELLS else f"{line[: _CELLS - 1]}…"
