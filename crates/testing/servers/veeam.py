"""Veeam's REST API on loopback, as far as its published description goes and as far as it is asked here; misbehaves as it is told.

usage: server.py DIRECTORY CERT KEY [PORT]

DIRECTORY/state.json, read at every request; all but the login may be missing:
  login      [name, password]
  versions   that are understood; all published ones by default
  lifetime   seconds that a token lives; 900 by default
  revoked    so many of the first tokens count no longer
  renewal    false: no refresh token is taken
  jobs, sessions   lists in the words of the description
  page       the most that one answer holds; 200 by default
  status     {beginning of a path: status that is answered there}
  slow       {beginning of a path: seconds before the answer}
  endless    so many bytes in each of as many pages of sessions as are asked for
  ahead      seconds that the server's clock is ahead

Prints its port. Each request becomes a line of JSON in DIRECTORY/requests.
"""
import datetime
import json
import pathlib
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

room = pathlib.Path(sys.argv[1])
PUBLISHED = ["1.2-rev1", "1.3-rev0", "1.3-rev1", "1.3-rev2"]
PROBLEMS = {400: "UnexpectedContent", 401: "ExpiredToken", 403: "AccessDenied", 404: "NotFound", 500: "UnknownError"}
guard = threading.Lock()
tokens = {}
renewals = set()


def state():
    return json.loads((room / "state.json").read_text())


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def serve(self, method):
        told = state()
        url = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        query = dict(urllib.parse.parse_qsl(url.query))
        self.note(method, url.path, query, form)
        for start, seconds in told.get("slow", {}).items():
            if url.path.startswith(start):
                time.sleep(seconds)
        for start, status in told.get("status", {}).items():
            if url.path.startswith(start):
                return self.refuse(status, "as told")
        if self.headers.get("x-api-version") not in told.get("versions", PUBLISHED):
            return self.refuse(400, "the version is not supported")
        self.route(method, url.path, query, form, told)

    def note(self, method, path, query, form):
        seen = {"method": method, "path": path, "query": query, "version": self.headers.get("x-api-version")}
        seen["grant"] = form.get("grant_type")
        with guard, open(room / "requests", "a") as log:
            log.write(json.dumps(seen) + "\n")

    def route(self, method, path, query, form, told):
        if (method, path) == ("GET", "/api/v1/serverTime"):
            now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=told.get("ahead", 0))
            return self.answer(200, {"serverTime": now.isoformat(), "timeZone": "(UTC) Coordinated Universal Time"})
        if (method, path) == ("POST", "/api/oauth2/token"):
            return self.log_in(form, told)
        if not self.is_known(told):
            return self.refuse(401, "the token is invalid or expired")
        if (method, path) == ("POST", "/api/oauth2/logout"):
            return self.answer(200, {})
        if (method, path) == ("GET", "/api/v1/sessions") and "endless" in told:
            long = {"id": "x" * told["endless"], "state": "Stopped"}
            return self.answer(200, {"data": [long], "pagination": {"total": 10**9, "count": 1, "skip": 0, "limit": 1}})
        if (method, path) == ("GET", "/api/v1/sessions"):
            return self.page(self.chosen(told.get("sessions", []), query), query, told)
        if (method, path) == ("GET", "/api/v1/jobs/states"):
            return self.page(told.get("jobs", []), query, told)
        if method == "GET" and path.startswith("/api/v1/sessions/"):
            found = [one for one in told.get("sessions", []) if one["id"] == path.rsplit("/", 1)[1]]
            return self.answer(200, found[0]) if found else self.refuse(404, "no such session")
        self.refuse(404, "no such path")

    def log_in(self, form, told):
        if form.get("grant_type") == "password":
            if [form.get("username"), form.get("password")] != told["login"]:
                return self.refuse(401, "wrong: " + form.get("password", ""))
        else:
            with guard:
                if not told.get("renewal", True) or form.get("refresh_token") not in renewals:
                    return self.refuse(400, "the refresh token is none")
                renewals.remove(form["refresh_token"])
        lifetime = told.get("lifetime", 900)
        with guard:
            name = f"access{len(tokens)}"
            tokens[name] = (len(tokens), time.monotonic() + lifetime)
            renewals.add("refresh-" + name)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.answer(200, {
            "access_token": name, "token_type": "bearer", "refresh_token": "refresh-" + name, "expires_in": lifetime,
            ".issued": now, ".expires": now,
        })

    def is_known(self, told):
        name = self.headers.get("Authorization", "").removeprefix("Bearer ")
        number, until = tokens.get(name, (-1, 0))
        return number >= told.get("revoked", 0) and time.monotonic() < until

    def chosen(self, sessions, query):
        if "createdAfterFilter" in query:
            after = moment(query["createdAfterFilter"])
            sessions = [one for one in sessions if moment(one["creationTime"]) > after]
        return sorted(sessions, key=lambda one: moment(one["creationTime"]), reverse=query.get("orderAsc") == "false")

    def page(self, everything, query, told):
        skip = int(query.get("skip", 0))
        limit = min(int(query.get("limit", 200)), told.get("page", 200))
        data = everything[skip:skip + limit]
        pagination = {"total": len(everything), "count": len(data), "skip": skip, "limit": limit}
        self.answer(200, {"data": data, "pagination": pagination})

    def refuse(self, status, message):
        self.answer(status, {"errorCode": PROBLEMS.get(status, "UnknownError"), "message": message, "resourceId": ""})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            # Whoever asked has lost patience.
            pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self):
        # The handshake belongs to the request's own thread, so that nobody holds up the next one.
        stream, address = super().get_request()
        return context.wrap_socket(stream, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        pass


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = Server(("127.0.0.1", int(sys.argv[4]) if len(sys.argv) > 4 else 0), Api)
print(server.server_address[1], flush=True)
server.serve_forever()
