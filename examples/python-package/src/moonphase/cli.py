from datetime import date

import click
from dateutil import parser

from . import __version__
from .phase import phase


@click.command()
@click.argument("days", nargs=-1)
@click.version_option(__version__)
def main(days):
    """Print the phase of the moon on each of DAYS, or today."""
    for day in [parser.parse(d).date() for d in days] or [date.today()]:
        click.echo(f"{day}: {phase(day)}")
