"""`forget`: takes a customer out of a shop folder and prints what was removed and what is left."""

import argparse

from assistant.commands.building import say


def forget(given: argparse.Namespace) -> int:
    """Forgets a customer; the exit code is 1 where a place still names them."""
    from assistant.forgetting import forget_customer

    done = forget_customer(given.shop, given.customer, say)
    print(f"Removed from {given.shop}:")
    for place, count in done.removed.items():
        print(f"  {place}: {count:,}")
    if done.person.name_is_shared:
        print("The name alone was not searched for: another customer has the same one.")
    if done.person.id_is_taken:
        print("In texts the id alone was not searched for: a product or an order has the same number.")
    print("The files that you import from are not touched: take the person out there too, before the next import.")
    if not done.left:
        print("Every file was searched: nothing names this customer any more.")
        return 0
    print("Still named here:")
    for trace in done.left:
        print(f"  {trace.place}: {trace.count:,}")
    return 1
