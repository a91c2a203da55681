"""`python -m otear` is the command `otear`."""

from otear.cli.main import run

run()
