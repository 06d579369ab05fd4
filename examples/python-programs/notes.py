"""Keeps notes in a git repository, and shows the log of it."""

import subprocess
from pathlib import Path

from bottle import post, request, response, route, run

REPOSITORY = Path("/tmp/notes")


def git(*words):
    command = ["git", "-C", str(REPOSITORY), "-c", "user.name=notes", "-c", "user.email=notes@example.com"]
    return subprocess.run(command + list(words), check=True, capture_output=True, text=True).stdout


@route("/")
def log():
    response.content_type = "text/plain"
    return git("log", "--format=%s")


@post("/add")
def add():
    text = request.query.text or "empty"
    (REPOSITORY / "notes.txt").open("a").write(text + "\n")
    git("add", "notes.txt")
    git("commit", "-m", text)
    return "added"


REPOSITORY.mkdir(exist_ok=True)
git("init")
git("commit", "--allow-empty", "-m", "first")
run(host="0.0.0.0", port=8000)
