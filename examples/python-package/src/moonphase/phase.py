from datetime import date
from importlib.resources import files

NEW_MOON = date(2000, 1, 6)
SYNODIC_MONTH = 29.530588


def names():
    return files("moonphase").joinpath("phases.txt").read_text().splitlines()


def phase(day):
    age = (day - NEW_MOON).days % SYNODIC_MONTH
    return names()[round(age / SYNODIC_MONTH * 8) % 8]
