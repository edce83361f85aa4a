"""Invented plans in layouts that are not those of the corpus, to measure how unseen documents are read."""
