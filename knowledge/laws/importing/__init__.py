"""Turns sources a user can get into the statute store."""
