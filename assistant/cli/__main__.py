"""`python -m assistant.cli`, the same as `leadline`."""

from assistant.cli import main

main()
