import sys
from datetime import date

from fastapi import FastAPI, HTTPException

from .models import Due, Plant

app = FastAPI(title="Plants")

plants = {
    "fern": Plant(name="Fern", water_every=2),
    "cactus": Plant(name="Cactus", water_every=30),
}


@app.get("/")
def index():
    return {"plants": sorted(plants), "prefix": sys.prefix}


@app.get("/plants/{key}", response_model=Plant)
def plant(key: str):
    if key not in plants:
        raise HTTPException(404, "unknown plant")
    return plants[key]


@app.get("/due", response_model=list[Due])
def due(on: date):
    days = on.toordinal()
    return [
        Due(name=p.name, days=p.water_every - days % p.water_every)
        for p in plants.values()
    ]
