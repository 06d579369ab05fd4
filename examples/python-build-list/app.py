import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from markupsafe import escape


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(os.getuid()) if self.path == "/user" else f"<b>{escape('1 < 2')}</b>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())


HTTPServer(("", 8000), Handler).serve_forever()
