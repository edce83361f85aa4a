"""The checks that a sentence passes, in order: each is a function of its own file, that tells why it refuses."""
