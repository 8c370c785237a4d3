"""The ways to talk to people, one file each."""
