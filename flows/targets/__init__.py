"""One module per kind of destination, named after its URL scheme. ``file``: the local site."""
