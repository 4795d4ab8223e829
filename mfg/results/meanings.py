"""What every figure of a run is: what people call it, what it estimates, in which unit, and which direction is good."""

from __future__ import annotations

from attrs import frozen


@frozen
class Estimand:
    """What a number is `called` in plain words and what it estimates, in which `unit`.

    It is `good` if it is "high", or "low", or neither says anything.
    """

    called: str
    unit: str
    about: str
    good: str | None


MEANINGS: dict[str, Estimand] = {
    "referral_to_dose_median": Estimand(
        "median wait for the first dose",
        "day",
        "from arrival to the first dose, within which half of the patients have it; who leaves counts until then",
        "low",
    ),
    "referral_to_dose_p90": Estimand(
        "wait within which nine in ten have the first dose",
        "day",
        "the same, within which nine in ten have it; undefined where fewer ever do",
        "low",
    ),
    "referral_to_dose_late": Estimand(
        "patients who wait too long for the first dose",
        "share",
        "patients who wait longer from arrival to the first dose than `late` says",
        "low",
    ),
    "collection_to_first_dose_median": Estimand(
        "median time from the first collection to the first dose",
        "day",
        "from the start of the first collection to the first dose, as above, median",
        "low",
    ),
    "collection_to_first_dose_p90": Estimand(
        "time from the first collection within which nine in ten have the first dose",
        "day",
        "the same, within which nine in ten have it",
        "low",
    ),
    "vein_to_vein_median": Estimand(
        "median vein-to-vein time",
        "day",
        "from the start of a collection to the dose made from it, median",
        "low",
    ),
    "vein_to_vein_p90": Estimand(
        "vein-to-vein time that one dose in ten exceeds",
        "day",
        "the same, exceeded by one dose in ten",
        "low",
    ),
    "turnaround_median": Estimand(
        "median turnaround of a lot", "day", "from collection to release of a lot, median", "low"
    ),
    "on_time_as_first_booked": Estimand(
        "doses of cells given on the day first booked",
        "share",
        "doses of cells given on the day first booked for them, of those given",
        "high",
    ),
    "on_time_as_last_booked": Estimand(
        "doses of cells given on the day last booked",
        "share",
        "doses of cells given on the day last booked for them, of those given",
        "high",
    ),
    "doses_given": Estimand(
        "doses given of those planned", "share", "doses given, of the doses planned", "high"
    ),
    "patients_completed": Estimand(
        "patients who complete their course",
        "share",
        "patients who completed their course, of those who arrived",
        "high",
    ),
    "patients_treated_per_month": Estimand(
        "patients treated per month", "patient/month", "first doses between warm-up and horizon", "high"
    ),
    "points_lost_waiting": Estimand(
        "ALSFRS-R points lost waiting for the first dose",
        "point",
        "ALSFRS-R points lost from arrival to the first dose",
        "low",
    ),
    "lots_started": Estimand(
        "lots begun", "lot", "lots that were begun: released, lost, or stopped as their patient left", None
    ),
    "lots_released": Estimand(
        "lots released",
        "lot",
        "lots released for formulation, with banks that were used up by their doses",
        "high",
    ),
    "lots_lost": Estimand(
        "lots lost", "lot", "lots that failed before they served what waited for them", "low"
    ),
    "lots_stopped": Estimand(
        "lots stopped as their patient left", "lot", "lots whose patient left before their release", "low"
    ),
    "later_positive": Estimand(
        "doses found positive after they were given",
        "dose",
        "doses that were given and found positive later",
        "low",
    ),
    "collections_per_patient": Estimand(
        "collections per patient", "collection", "collections of a patient who is to have cells", "low"
    ),
    "vehicle_draws_per_patient": Estimand(
        "vehicle draws per patient", "draw", "vehicle draws of a patient who is to have cells", "low"
    ),
    "suite_hours_per_dose": Estimand(
        "suite hours per dose of cells", "hour", "suite hours for each dose of cells that was given", "low"
    ),
    "product_age_median": Estimand(
        "median age of the product when given",
        "hour",
        "from the end of suspension to the dose, median",
        "low",
    ),
    "product_age_max": Estimand("age of the oldest product given", "hour", "the oldest product given", "low"),
    "doses_expired": Estimand(
        "doses lost because the product expired",
        "dose",
        "doses that were not given because their product had expired",
        "low",
    ),
    "viable_delivered": Estimand(
        "viable cells delivered of those prescribed",
        "share",
        "viable cells delivered, of the cells prescribed",
        "high",
    ),
    "lead_growth": Estimand(
        "growth of the wait for the first booked dose",
        "day",
        "longer wait for the first booked dose in the second half of the time",
        "low",
    ),
    "turned_away": Estimand(
        "patients for whom the books have no place",
        "share",
        "patients whose course found no place in the books",
        "low",
    ),
}
