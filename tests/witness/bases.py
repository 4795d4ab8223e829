"""The documents that witnesses change, as small as they can be, and what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping

PAPER = """
schema = "protocol-1"
name   = "paper"
donor  = "autologous"

[patient.weight]
unit  = "kg"
least = "20 kg"
most  = "250 kg"

[[arm]]
name  = "all"
doses = ["one", "two"]

[[dose]]
name = "one"
day  = "0 day"

[[dose]]
name = "two"
day  = "28 day"

[[visit]]
name = "look"
day  = "7 day"

[[route]]
name          = "vein"
cells         = "1e6 cell/kg"
concentration = "1e7 cell/mL"
container     = { kind = "syringe", holds = "4 mL" }

[[supply]]
name   = "fresh"
kind   = "fresh"
before = "21 day"

[[step]]
do = "collect"

[[step]]
do = "formulate"
vehicle = "saline"

[[step]]
do = "administer"
"""

PROTOCOL = """
schema = "protocol-1"
name   = "small"
donor  = "autologous"

[patient.weight]
unit  = "kg"
least = "20 kg"
most  = "250 kg"

[[arm]]
name  = "all"
doses = ["one"]

[[dose]]
name = "one"
day  = "0 day"

[[visit]]
name = "look"
day  = "7 day"

[[route]]
name  = "vein"
cells = "1e6 cell/kg"

[[supply]]
name   = "fresh"
kind   = "fresh"
before = "21 day"

[[step]]
do = "collect"

[[step]]
do   = "ship"
name = "in"
leg  = "way in"

[[step]]
do = "isolate"

[[step]]
do    = "expand"
lasts = "14 day"

[[step]]
do         = "formulate"
vehicle    = "saline"
use_within = "12 hour"

[[step]]
do   = "ship"
name = "out"
leg  = "way out"

[[step]]
do = "administer"

[[release]]
test   = "identity"
limit  = { least = "50 %" }
sample = { at = "isolate" }
holds  = "formulation"
""".replace('name = "in"\n', "").replace('name = "out"\n', "")

GROWN = PROTOCOL.replace(
    'lasts = "14 day"',
    'vessel = "175 cm**2"\nseeding = "2e5 cell/cm**2"\nreseeding = "5000 cell/cm**2"\n'
    'harvest_at = "80 %"\npassages = { most = 3 }\nmedium = "2 per week"',
).replace('do = "collect"', 'do = "collect"\nvolume = "40 mL"')

BANK = PROTOCOL.replace('name   = "fresh"\nkind   = "fresh"', 'name   = "bank"\nkind   = "bank"').replace(
    '[[step]]\ndo         = "formulate"',
    '[[step]]\ndo = "cryopreserve"\n\n[[step]]\ndo = "thaw"\n\n[[step]]\ndo         = "formulate"',
)

SITE = """
schema = "site-1"
name   = "small"

[clinic.hospital]
hours = "Mon-Fri 09:00-18:00"
slot  = "30 minute"
rooms = 1
beds  = 2

[facility.gmp]
hours     = "Mon-Fri 08:00-18:00"
suites    = 2
operators = 4
incubator = "200 flask"
freezers  = 1
storage   = 100

[laboratory.qc]
hours   = "Mon-Fri 08:00-20:00"
benches = 1

[[leg]]
name  = "way in"
lasts = "90 minute"

[[leg]]
name  = "way out"
lasts = "60 minute"

[work.collect]
needs = { room = 1 }
lasts = "40 minute"

[work.draw]
needs = { room = 1 }
lasts = "45 minute"

[work.administer]
needs = { room = 1 }
lasts = "40 minute"

[work.isolate]
needs     = { suite = 1, operator = 2 }
lasts     = "3 hour"

[work.medium]
needs     = { suite = 1, operator = 1 }
lasts     = "30 minute"

[work.passage]
needs     = { suite = 1, operator = 2 }
lasts     = "45 minute"

[work.induce]
needs     = { suite = 1, operator = 2 }
lasts     = "45 minute"

[work.harvest]
needs    = { suite = 1, operator = 2 }
lasts    = "90 minute"
recovers = "90 %"

[work.formulate]
needs     = { suite = 1, operator = 2 }
lasts     = "1 hour"
recovers  = "85 %"

[work.cryopreserve]
needs = { suite = 1, freezer = 1 }
lasts = "1 hour"

[work.thaw]
needs = { suite = 1 }
lasts = "30 minute"

[test.identity]
hands      = "3 hour"
turnaround = "1 day"
"""

POPULATION = """
schema = "population-1"
name   = "small"
weight = "60 kg"

[marrow]
mononuclear = "2e6 cell/mL"
colonies    = "60 colony/1e6 cell"
alike       = "60 %"

[growth]
first_lag = "2 day"
lag       = "24 hour"
doubling  = "24 hour"
primary   = "75 %"
slowing   = "10 %"
limit     = "38 doubling"
confluent = "2.5e4 cell/cm**2"

[product]
viability = "95 %"
loss      = "1.2 %/hour"
"""

SCENARIO = """
schema   = "scenario-1"
name     = "small"
start    = 2026-03-02
horizon  = "4 week"
seed     = 1
chance   = false

[arrivals]
patients = "two.csv"
"""

_PLACES = {"site": SITE, "population": POPULATION, "scenario": SCENARIO}
BASES: Mapping[str, Mapping[str, str]] = {
    "paper": {"protocol": PAPER},
    "small": {"protocol": PROTOCOL, **_PLACES},
    "grown": {"protocol": GROWN, **_PLACES},
    "bank": {"protocol": BANK, **_PLACES},
}

ASKED = {
    "dose": "--weight 60kg",
    "schedule": "--baseline 2026-03-12",
    "audit": "patient,weight_kg,cells|A,60,60000000|B,80,80000000|C,100,100000000",
}
