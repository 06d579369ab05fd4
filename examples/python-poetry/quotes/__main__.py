import click

click.echo("Less is more.")
