"""A coordinator's question: if day 0 is a Monday, which appointments fall on a weekend?"""

import mfg

protocol = mfg.load_protocol("lenzumestrocel-phase2")
for baseline in ("2026-06-15", "2026-06-18"):
    course = mfg.schedule(protocol, arm="msc", baseline=baseline, holidays="KR")
    print(f"day 0 on {baseline}: {len(course.findings)} findings")
    for event in course.events:
        if event.kind != "visit":
            print(f"  {event.day:+4d}  {event.date} {event.weekday:<9}  {event.name}")
    for finding in course.findings:
        print(f"  {finding.event} {finding.message}")
    for day in course.baselines_that_fit:
        print(f"  {day} would fit")

# Why do only two weekdays work? Which of the six procedures could be moved without breaking the protocol?
