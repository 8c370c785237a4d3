"""The web: chat for citizens at /, the desk for staff at /desk, server-rendered, one small script each."""
