"""A biologist's question: does one marrow give a dose in 28 days, and what decides it?"""

from mfg.growth import Cultivation, Culture

terms = Cultivation(
    vessel_cm2=175, seeding=2e5, reseeding=5000, harvest_at=0.8, confluent=2.5e4, passages=3, samples=0
)
HOUR, DAY = 60, 24 * 60

for colonies in (10, 30, 60, 120):  # colony-forming cells in a million mononuclear cells
    line = []
    for doubling in (40, 32, 26):  # hours
        lot = Culture(
            terms,
            most_flasks=23,
            doubling=(0.75 * doubling * HOUR, doubling * HOUR),
            lags=(2 * DAY, DAY),
            limit=38,
        )
        lot.plate(mononuclear=8e7, founders=8e7 * colonies / 1e6, now=0)
        line.append(f"{lot.forecast(recovery=0.9) / DAY:5.1f}")
    print(f"{colonies:4d} colonies in a million: ready on day {', '.join(line)} at 40, 32, 26 h a doubling")

# Which of the two helps more: twice the colonies, or a fifth off the doubling time? Why?
