"""The running thing: channels, web pages, clock, settings, start and stop. All I/O is here."""
