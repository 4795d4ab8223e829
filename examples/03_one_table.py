"""A second pair of eyes: six doses that somebody else calculated, four of them wrong."""

import tempfile
from pathlib import Path

import mfg

TABLE = """\
patient,weight_kg,cells,previous_weight_kg
A,61.5,61500000,62
B,72.0,720000000,71
C,58.3,58300,58
D,64.0,1000000,65
E,66.2,145946000,66
F,143.3,143300000,65
"""

protocol = mfg.load_protocol("lenzumestrocel-phase2")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "doses.csv"
    path.write_text(TABLE, encoding="utf-8")
    audit = mfg.audit(protocol, path, arm="msc")
    for _, verdict in audit.verdicts():
        print(f"{verdict.patient}  {verdict.verdict:<8} {' '.join(verdict.likely):<22} {verdict.reason}")

# Patient F's dose follows from the weight in the table. Why is it flagged all the same?
