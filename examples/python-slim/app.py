import os

from flask import Flask, request

app = Flask(__name__)

TO_CELSIUS = {
    "c": lambda v: v,
    "f": lambda v: (v - 32) * 5 / 9,
    "k": lambda v: v - 273.15,
}


@app.get("/")
def index():
    return "try /celsius?value=68&unit=f\n"


@app.get("/celsius")
def celsius():
    unit = request.args.get("unit", "c").lower()
    if unit not in TO_CELSIUS:
        return {"error": "unknown unit"}, 400
    value = request.args.get("value", 0, type=float)
    return {"celsius": round(TO_CELSIUS[unit](value), 2)}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8080)))
