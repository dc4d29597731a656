"""A mail server on loopback that keeps what it gets, and misbehaves as it is told.

usage: sink.py DIRECTORY [PORT]

DIRECTORY/setup.json, read once:
  mode       "plain", "starttls" or "tls"
  host       where it listens; 127.0.0.1 by default
  cert, key  for the latter two
  utf8       true: it takes SMTPUTF8
  hello      the answer to a hello, which else is welcome
  login      [name, password]; then nobody gets in without
  mechanisms of the login, which else are PLAIN and LOGIN
DIRECTORY/behaviour.json, read at every command; all may be missing:
  refuse     {recipient: answer}, at RCPT
  data       answers to the next mails, one each
  hang       true: no answer to a mail
  large      the answer to mails with attachments
  mute       so many mails are kept and never answered

Prints its port. Each mail becomes N.eml and N.json in DIRECTORY.
"""
import asyncio
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

room = pathlib.Path(sys.argv[1])
setup = json.loads((room / "setup.json").read_text())
encrypted = setup["mode"] != "plain"


def behaviour():
    try:
        return json.loads((room / "behaviour.json").read_text())
    except FileNotFoundError:
        return {}


class Polite(SMTP):
    async def auth_CRAM__MD5(self, server, args):
        # Offered, and never asked for.
        return AuthResult(success=False, handled=False)

    async def smtp_EHLO(self, hostname):
        if "hello" in setup and "." not in hostname:
            await self.push(setup["hello"])
        else:
            await super().smtp_EHLO(hostname)


class Keeper:
    count = len(list(room.glob("*.eml")))
    answered = 0
    muted = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = behaviour().get("refuse", {}).get(address)
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        told = behaviour()
        if told.get("hang"):
            (room / "hanging").touch()
            await asyncio.sleep(600)
        if "large" in told and b"multipart/mixed" in envelope.original_content:
            return told["large"]
        answers = told.get("data", [])
        if Keeper.answered < len(answers):
            Keeper.answered += 1
            return answers[Keeper.answered - 1]
        Keeper.count += 1
        name = room / f"{Keeper.count:05}"
        name.with_suffix(".eml").write_bytes(envelope.original_content)
        about = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "tls": session.ssl is not None or setup["mode"] == "tls",
            "login": session.authenticated,
        }
        unfinished = name.with_suffix(".new")
        unfinished.write_text(json.dumps(about))
        unfinished.rename(name.with_suffix(".json"))
        if Keeper.muted < told.get("mute", 0):
            Keeper.muted += 1
            (room / "hanging").touch()
            await asyncio.sleep(600)
        return "250 kept"


def check(server, session, envelope, mechanism, data):
    given = [data.login.decode(), data.password.decode()]
    return AuthResult(success=given == setup["login"], handled=False)


def context():
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(setup["cert"], setup["key"])
    return made


def session():
    options = {"enable_SMTPUTF8": setup.get("utf8", False)}
    if setup["mode"] == "starttls":
        options.update(tls_context=context(), require_starttls=True)
    if "login" in setup:
        both = {"PLAIN", "LOGIN"}
        options.update(authenticator=check, auth_required=True, auth_require_tls=setup["mode"] == "starttls")
        options.update(auth_exclude_mechanism=both - set(setup.get("mechanisms", both)))
    return Polite(Keeper(), hostname="sink.example", data_size_limit=None, **options)


async def serve():
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tls = context() if setup["mode"] == "tls" else None
    server = await asyncio.get_running_loop().create_server(session, setup.get("host", "127.0.0.1"), port, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
