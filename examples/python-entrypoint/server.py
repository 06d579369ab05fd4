import os
from datetime import datetime, timezone
from pathlib import Path

from bottle import Bottle, response
from waitress import serve

DATA = Path("data")
app = Bottle()


@app.get("/")
def index():
    response.content_type = "text/plain"
    return "guest counter, " + os.environ.get("SITE_NAME", "unnamed") + "\n"


@app.get("/visit")
def visit():
    with (DATA / "visits.log").open("a") as log:
        log.write(datetime.now(timezone.utc).isoformat() + "\n")
    return {"visits": len((DATA / "visits.log").read_text().splitlines())}


@app.get("/started")
def started():
    response.content_type = "text/plain"
    return (DATA / "started").read_text()


if __name__ == "__main__":
    serve(app, host="0.0.0.0", port=int(os.environ["PORT"]))
