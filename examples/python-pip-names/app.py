import random
import string

from flask import Flask, abort, request

app = Flask(__name__)

ALPHABETS = {
    "letters": string.ascii_letters,
    "digits": string.digits,
    "mixed": string.ascii_letters + string.digits,
}


@app.route("/")
def index():
    return "password generator, sets: " + ", ".join(ALPHABETS) + "\n"


@app.route("/new/<kind>")
def new(kind):
    if kind not in ALPHABETS:
        abort(404, "no such set")
    size = min(request.args.get("size", 16, type=int), 64)
    word = "".join(random.SystemRandom().choices(ALPHABETS[kind], k=size))
    return {"password": word, "size": len(word)}


@app.route("/server")
def server():
    return request.environ["SERVER_SOFTWARE"] + "\n"
