"""Parution: one source of a conference, published as a newsletter, a brochure and a feed item.

The folder list is the way of the data: ``sources`` → ``editing`` → ``channels`` → ``proof`` →
``release`` → ``shelf`` → ``targets``; ``edition`` is the value that travels.
"""

__version__ = "0.1.0"
