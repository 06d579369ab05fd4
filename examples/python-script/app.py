import csv
from pathlib import Path

from flask import Flask, abort, jsonify, render_template

app = Flask(__name__)


def load_stations(path="data/stations.csv"):
    with Path(path).open(newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


stations = load_stations()


@app.get("/")
def index():
    return render_template("index.html", stations=stations.values())


@app.get("/api/stations/<code>")
def station(code):
    if code not in stations:
        abort(404, description="no such station")
    return jsonify(stations[code])


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
