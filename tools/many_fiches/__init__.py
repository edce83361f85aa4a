"""As many invented fiches as wanted, as real documents, with questions whose answers are known."""
