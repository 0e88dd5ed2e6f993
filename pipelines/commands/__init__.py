"""What each command does, apart from its options: those are in ``cli``. ``formatting`` is pure, ``output`` prints."""
