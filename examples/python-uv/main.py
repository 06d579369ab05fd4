from datetime import datetime, timezone


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"now: {datetime.now(timezone.utc):%Y}\n".encode()]
