"""Customer service: a customer's own orders, the shop's rules about them, and the changes that may be asked for."""
