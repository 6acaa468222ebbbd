"""The service that the clients talk to ($XUNGE_URL), and a doorkeeper who notes what they ask of it."""

import http.client
import json
import multiprocessing
import os
import queue
import subprocess
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ["XUNGE_URL"]
DATA = os.environ["XUNGE_DATA"]
PROGRAM = os.environ["XUNGE_BIN"]


def call(method, path, body=None):
    """The answer to a request that must succeed; a 409 says that it was done before."""
    host = urllib.parse.urlsplit(URL).netloc
    connection = http.client.HTTPConnection(host, timeout=300)
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, {"content-type": "application/json"})
    answer = connection.getresponse()
    told = answer.read()
    assert answer.status < 300, f"{method} {path}: {answer.status} {told[:500]}"
    return json.loads(told or "null")


def program(*words):
    """A command of the program beside the running service."""
    done = subprocess.run([PROGRAM, *words, "--data", DATA], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def serve(asked, ready):
    """Passes on what is asked, and puts it in a queue."""
    service = urllib.parse.urlsplit(URL).netloc

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            asked.put(self.path)
            inner = http.client.HTTPConnection(service, timeout=300)
            inner.request("GET", self.path, headers=dict(self.headers))
            answer = inner.getresponse()
            body = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    ready.send(server.server_address[1])
    server.serve_forever()


class Doorkeeper:
    """An address that passes on what is asked there, and remembers it. A process of its own: GDAL lets no thread of
    its own process run while it reads."""

    def __init__(self):
        here, there = multiprocessing.Pipe()
        self._asked = multiprocessing.Queue()
        multiprocessing.Process(target=serve, args=(self._asked, there), daemon=True).start()
        self.url = f"http://127.0.0.1:{here.recv()}"

    def pages(self, collection):
        """The queries of pages that were asked of a collection since this was asked last."""
        asked = []
        while True:
            try:
                asked.append(urllib.parse.urlsplit(self._asked.get(timeout=1)))
            except queue.Empty:
                break
        of = [path for path in asked if path.path == f"/ogc/collections/{collection}/items"]
        return [dict(urllib.parse.parse_qsl(path.query)) for path in of]
