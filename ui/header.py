"""The head of both pages: the shop's name, who is signed in, the other language. Knows names, no conversation."""

from datetime import date

from assistant.wording import day
from ui import texts
from ui.access import Person
from ui.escaping import escaped
from ui.languages import LANGUAGES, current
from ui.login_page import SIGN_IN


def header_html(shop_name: str, as_of: date, person: Person | None = None, other: str | None = None) -> str:
    """The head of the page.

    Args:
        shop_name: of the shop.
        as_of: its today.
        person: who asks; None: not known yet.
        other: address of the other page, to go to; None: there is none for them.
    """
    told = escaped(texts.SUBTITLE.format(day=day(as_of)))
    links = f"{_other(other)}{_who(person)}{_languages()}"
    return (
        f'<header class="ra-header"><div><h1>{escaped(shop_name)}</h1><p>{told}</p></div>'
        f'<nav class="ra-nav" aria-label="{escaped(texts.PAGE_NAV)}">{links}</nav></header>'
    )


def _other(address: str | None) -> str:
    if address is None:
        return ""
    name = texts.PAGE_DESK if address else texts.PAGE_CHAT
    return f'<a href="./{address}">{escaped(name)}</a>'


def _who(person: Person | None) -> str:
    if person is not None and person.name and person.trying:
        said = escaped(texts.TRY_OUT.format(customer=person.customer_id))
        leave = escaped(texts.TRY_OUT_LEAVE)
        return f'<span>{said}</span><button type="button" class="ra-link" data-leave>{leave}</button>'
    said = texts.SIGNED_IN_AS.format(name=person.name) if person is not None and person.name else texts.SIGN_IN_LINK
    return f'<a href="{SIGN_IN}">{escaped(said)}</a>'


def _languages() -> str:
    others = ((code, name) for code, name in LANGUAGES.items() if code != current())
    return "".join(
        f'<button type="button" class="ra-link" data-language="{code}" lang="{code}">{name}</button>'
        for code, name in others
    )
