"""Reads the calendar at a link with the package `icalendar`, fails on whatever it complains of, and prints what it read."""

import json
import sys
import urllib.request
from datetime import timezone

from icalendar import Calendar

calendar = Calendar.from_ical(urllib.request.urlopen(sys.argv[1]).read())
complaints = [error for component in calendar.walk() for error in component.errors]
assert not complaints, complaints
events = []
for event in calendar.walk("VEVENT"):
    start = event.decoded("dtstart").astimezone(timezone.utc)
    moment = start.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    events.append([str(event["uid"]), moment, str(event["summary"])])
print(json.dumps(sorted(events)))
