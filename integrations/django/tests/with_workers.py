"""
What `tr` gives to a task with workers, for tests of this folder alone:
  with_workers.py COUNT COMMAND…     (0: a task without workers)
Clones the database of DATABASE_URL per worker, starts a Redis per worker (SHARED_REDIS=1: only one), answers
`POST /reset` on a socket, runs the command with the variables, removes everything and ends with the command's code.
"""
import os
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import psycopg2

PATTERN = os.environ.get("WORKER_DATABASE", "test_{database}_{n}")


def clone(url, template, name):
    connection = psycopg2.connect(url.rsplit("/", 1)[0] + "/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if template:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connection.close()


def start_redis(directory, index):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, f"redis://127.0.0.1:{port}/0"
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"redis-server {index} did not start.")


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        request, _ = super().get_request()
        return request, ("worker", 0)


def main(count, command):
    url = os.environ["DATABASE_URL"]
    template = urlsplit(url).path[1:]
    names = [PATTERN.format(database=template, n=index + 1, i=index) for index in range(count)]
    own = f"{template}_own"

    class Reset(BaseHTTPRequestHandler):
        def do_POST(self):
            query = parse_qs(urlsplit(self.path).query)
            known = query.get("service") == ["db"]
            if known:
                clone(url, template, names[int(query["worker"][0])] if count else own)
            self.send_response(204 if known else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with tempfile.TemporaryDirectory() as directory:
        server = Server(f"{directory}/socket", Reset)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {**os.environ, "TR_WORKERS": str(count), "TR_SERVICES_SOCKET": f"{directory}/socket"}
        shared = bool(os.environ.get("SHARED_REDIS"))
        servers = [start_redis(directory, index) for index in range(1 if shared else count)]
        try:
            for index, name in enumerate(names):
                clone(url, template, name)
                env[f"DATABASE_URL_{index}"] = url.rsplit("/", 1)[0] + "/" + name
                env[f"PGDATABASE_{index}"] = name
                env[f"REDIS_URL_{index}"] = servers[0 if shared else index][1]
            if servers:
                env["REDIS_URL"] = servers[0][1]
            else:
                # A task without workers.
                del env["TR_WORKERS"]
                clone(url, template, own)
                env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + own
            return subprocess.run(command, env=env).returncode
        finally:
            for process, _ in servers:
                process.terminate()
            for name in [*names, own]:
                clone(url, None, name)
            server.shutdown()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
