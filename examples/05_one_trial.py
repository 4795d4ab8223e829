"""A planner's question: how much does the phase 2 trial keep a second cleanroom suite busy?"""

import mfg

for suites in (1, 2):
    run = mfg.simulate("lenzumestrocel-phase2", replications=20, seed=1, settings={"suites": suites})
    print(f"{suites} suites")
    for name in ("on_time_as_first_booked", "vein_to_vein_p90", "utilisation_gmp.suites", "wait_gmp.suites"):
        figure = run.figure(name)
        print(f"  {figure.about}: {figure.mean:.2f} ({figure.low:.2f} to {figure.high:.2f}) {figure.unit}")

# The suites stand empty most of the time in both. Why does the wait for them still halve, or more?
