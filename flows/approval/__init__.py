"""A named person's yes: its signature, what it counts for, and the page that asks for it."""
