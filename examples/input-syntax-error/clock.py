from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer


class Clock(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = datetime.now(timezone.utc).isoformat(timespec="seconds").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(body + b"\n")


HTTPServer(("", 8000), Clock).serve_forever()
