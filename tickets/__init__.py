"""What a case is, what may happen to it, when it is due. Pure."""
