"""Let ``python -m clsassist`` do what the ``clsassist`` command does."""

from clsassist.cli import main

if __name__ == "__main__":
    main(prog_name="clsassist")
