#!/usr/bin/python3
"""Runs a program under the seccomp filters of a unit, as systemd would: only the calls and address families that it allows.

A test's testbed has no systemd. What the groups mean is asked of this machine's own one.

usage: filtered.py UNIT PROGRAM [ARGUMENT …]
"""

import errno
import os
import socket
import subprocess
import sys

import seccomp

# Every kind of namespace, as clone(2) has them.
NAMESPACES = 0x7E020000


def groups():
    """Each group of calls with its members, as systemd has them."""
    said = subprocess.run(["systemd-analyze", "syscall-filter"], check=True, capture_output=True, text=True).stdout
    members, name = {}, None
    for line in said.splitlines():
        word = line.strip()
        if line.startswith("@"):
            name = word
            members[name] = []
        elif name and word and not word.startswith("#"):
            members[name].append(word)
    return members


def calls(word, members):
    if not word.startswith("@"):
        return {word}
    return {call for member in members[word] for call in calls(member, members)}


def settings(unit, key):
    with open(unit, encoding="utf-8") as lines:
        return [line.strip().removeprefix(key + "=") for line in lines if line.startswith(key + "=")]


def allowed(unit):
    members = groups()
    found = calls("@default", members)
    for setting in settings(unit, "SystemCallFilter"):
        named = {call for word in setting.lstrip("~").split() for call in calls(word, members)}
        found = found - named if setting.startswith("~") else found | named
    return found


def main():
    unit, program = sys.argv[1], sys.argv[2:]
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    looked_into = {"socket", "clone", "clone3", "unshare", "setns"}
    for call in sorted(allowed(unit) - looked_into):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, OSError):
            # Of another architecture, or newer than the library.
            pass
    for family in settings(unit, "RestrictAddressFamilies")[0].split():
        number = getattr(socket, family)
        rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, number))
    if settings(unit, "RestrictNamespaces") == ["yes"]:
        for call in ["clone", "unshare"]:
            rules.add_rule(seccomp.ALLOW, call, seccomp.Arg(0, seccomp.MASKED_EQ, NAMESPACES, 0))
        # What it is asked for lies in memory, where no filter can look; so the C library takes the older call.
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()
    os.execv(program[0], program)


main()
