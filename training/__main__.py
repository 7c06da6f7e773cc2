"""`python -m training train|evaluate`: the same two verbs as `genscan`."""

import click

from training.cli import train
from training.measure.cli import evaluate

main = click.Group("training", commands=[train, evaluate], help="Entraîne et mesure le classifieur.")

if __name__ == "__main__":
    main(prog_name="python -m training")
