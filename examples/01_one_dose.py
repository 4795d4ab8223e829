"""A pharmacist's question: what is the dose of a patient of 72 kg, and will it fit the syringe?"""

import mfg

protocol = mfg.load_protocol("lenzumestrocel-phase2")
order = mfg.dose(protocol, arm="msc", weight="72 kg", csf="25 mL")

print(f"{order.total_cells:,} cells in all")
for given in order.administrations:
    print(f"{given.route}: {given.cells:,} cells in {given.volume_mL} mL")
    for box in given.containers:
        print(f"  {box.kind} of {box.nominal_mL} mL, filled with {box.fill_mL} mL")
for finding in order.findings:
    print(f"{finding.level}: {finding.message}")

# Up to which weight does the dose fit one syringe? Where does the protocol file say so, and its source?
