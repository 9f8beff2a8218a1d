"""Telling people: what is said of a run, and where it goes."""
