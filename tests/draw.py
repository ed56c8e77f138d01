"""Checks records of draws as app/domain/src/registration/draw/algorithm.md describes it, with nothing but Python's own library.

    python3 draw.py FILE...

Says for each file that it is true, each fault by a word and a sentence, or why it can't be read; ends with 0 if all are true,
1 if one isn't, 2 if one can't be read.
"""

import hashlib
import hmac
import json
import re
import sys
import unicodedata
from datetime import datetime

VERSION = "learning-centre draw 1"
RULE = (
    "Everybody who applied within the window is put in the order of their lots, which follow from a secret "
    "committed to before, from a public value that nobody knew then and from each applicant's code; places "
    "are given in this order, and the others wait in it."
)

TEXT, NUMBER, INSTANT, LINES = "a text", "a number", "an instant", "lines"
RECORD = {
    "version": TEXT,
    "rule": TEXT,
    "run": TEXT,
    "places": NUMBER,
    "commitment": TEXT,
    "committed_at": INSTANT,
    "list_hash": TEXT,
    "listed_at": INSTANT,
    "public_source": TEXT,
    "public_value": TEXT,
    "drawn_at": INSTANT,
    "secret": TEXT,
    "seed": TEXT,
    "order": LINES,
}
LINE = {"rank": NUMBER, "ticket": TEXT, "lot": TEXT}
BYTES_MAX = 64 << 20

HASH = re.compile("[0-9a-f]{64}")
RUN = re.compile("[A-Z0-9-]{1,20}")
TICKET = re.compile("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
INSTANT_FORM = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
# What `str.split` would split at besides these (U+001C to U+001F) is no white space in Unicode.
WHITE_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

SENTENCES = {
    "version": "It was drawn by a version of the rule that this program doesn't know.",
    "rule": "The rule in words is not the one of its version.",
    "run": "The code of the run is not written as one.",
    "listed-too-early": "The list was published before the commitment, or with it.",
    "drawn-too-early": "The draw was made before the list was published, or with it.",
    "public-value": "The public value is not written as it is hashed, or there is none.",
    "secret": "The secret is not written as one.",
    "commitment": "The commitment is not the secret's.",
    "ticket": "A code is not written as one.",
    "ticket-twice": "A code is there already.",
    "list-hash": "The list hash is not that of the codes.",
    "seed": "The seed doesn't follow from the secret, the public value and the list hash.",
    "lot": "A lot doesn't follow from the seed and the code.",
    "rank": "A rank is not the number of its line.",
    "order": "A lot is not above the one before it.",
}


class Unreadable(Exception):
    """It is not the record of a draw at all."""


def read(content):
    """The record as a dictionary, of bytes that claim to be one."""
    if len(content) > BYTES_MAX:
        raise Unreadable("it is larger than 64 MiB")

    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise Unreadable("a member is there twice")
        return dict(pairs)

    def number(digits):
        # `-0` is a number in JSON, but no whole one from 0 on.
        if digits.startswith("-") or len(digits) > 10 or int(digits) >= 1 << 32:
            raise Unreadable(f"not a number below 2^32: {digits[:40]}")
        return int(digits)

    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=members, parse_int=number)
    except (ValueError, RecursionError) as cause:
        raise Unreadable(f"not JSON: {cause}") from cause
    return checked(value, RECORD)


def checked(value, shape):
    """The value, if it is an object with these members and no others."""
    if not isinstance(value, dict) or value.keys() != shape.keys():
        raise Unreadable(f"not an object with {', '.join(shape)}")
    for name, kind in shape.items():
        member = value[name]
        if kind is LINES:
            fits = isinstance(member, list) and all(checked(line, LINE) for line in member)
        elif kind is NUMBER:
            fits = type(member) is int
        else:
            fits = isinstance(member, str) and is_unicode(member) and (kind is TEXT or is_instant(member))
        if not fits:
            raise Unreadable(f"{name} is not {kind}")
    return value


def is_unicode(text):
    """Whether it is free of halves of characters, which JSON can write and UTF-8 can't."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_instant(text):
    try:
        return bool(INSTANT_FORM.fullmatch(text) and datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ"))
    except ValueError:
        return False


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def hmac_sha256(key, text):
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def faults(record):
    """A word for each thing that is wrong, in the order of `SENTENCES`."""
    if record["version"] != VERSION:
        return ["version"]
    run, value, lines = record["run"], record["public_value"], record["order"]
    found = set()

    def must(word, holds):
        if not holds:
            found.add(word)

    must("rule", record["rule"] == RULE)
    must("run", RUN.fullmatch(run))
    # Instants are written in one way, so that the texts sort as the instants do.
    must("listed-too-early", record["committed_at"] < record["listed_at"])
    must("drawn-too-early", record["listed_at"] < record["drawn_at"])
    must("public-value", value and value == WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", value)).strip(" "))

    codes = sorted(line["ticket"] for line in lines)
    must("ticket", all(TICKET.fullmatch(code) for code in codes))
    must("ticket-twice", len(set(codes)) == len(codes))
    must("list-hash", record["list_hash"] == sha256(f"{VERSION} list\n{run}\n" + "".join(f"{code}\n" for code in codes)))

    if HASH.fullmatch(record["secret"]):
        must("commitment", record["commitment"] == sha256(f"{VERSION} commitment\n{run}\n{record['secret']}\n"))
        seed = hmac_sha256(record["secret"], f"{VERSION} seed\n{run}\n{value}\n{record['list_hash']}\n")
        must("seed", record["seed"] == seed)
    else:
        found.add("secret")

    if HASH.fullmatch(record["seed"]):
        lots = (hmac_sha256(record["seed"], f"{VERSION} lot\n{line['ticket']}\n") for line in lines)
        must("lot", all(line["lot"] == lot for line, lot in zip(lines, lots)))
    must("rank", [line["rank"] for line in lines] == list(range(1, len(lines) + 1)))
    pairs = [(line["lot"], line["ticket"]) for line in lines]
    must("order", all(one < next_one for one, next_one in zip(pairs, pairs[1:])))
    return [word for word in SENTENCES if word in found]


def main(files):
    worst = 0
    for file in files:
        try:
            with open(file, "rb") as opened:
                record = read(opened.read(BYTES_MAX + 1))
        except (OSError, Unreadable) as cause:
            worst = 2
            print(f"{file}: unreadable: {cause}")
            continue
        words = faults(record)
        worst = max(worst, 1 if words else 0)
        for word in words:
            print(f"{file}: {word}: {SENTENCES[word]}")
        if not words:
            print(f"{file}: true: each of {len(record['order'])} ranks follows.")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
