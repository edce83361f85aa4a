"""clsassist: exact, cited answers in French over local health plans."""
