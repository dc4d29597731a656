"""Reads mails with Python's own parser and prints what is in them as JSON.

usage: parse.py FILE...
"""
import base64
import email
import email.policy
import gzip
import json
import sys


def attachment(part):
    content = part.get_payload(decode=True)
    if part.get_filename().endswith(".gz"):
        content = gzip.decompress(content)
    return {"name": part.get_filename(), "type": part.get_content_type(), "content": base64.b64encode(content).decode()}


def parsed(path):
    with open(path, "rb") as file:
        raw = file.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "date": message["Date"].datetime.timestamp(),
        "defects": [repr(defect) for defect in message.defects]
        + [repr(defect) for value in message.values() for defect in value.defects],
        "longest_line": max(len(line) for line in raw.splitlines()),
        "ascii": raw.isascii(),
        "body": body.get_content(),
        "body_type": body["Content-Type"],
        "attachments": [attachment(part) for part in message.iter_attachments()],
    }


print(json.dumps([parsed(path) for path in sys.argv[1:]]))
