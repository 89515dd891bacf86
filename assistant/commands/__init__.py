"""The commands of `retail-assistant`, one module per kind."""
