"""Write your own protocol, site and scenario

A therapy is four short files. Start with almost nothing, and let the check say what is missing, where, and what would be right.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="Write your own protocol, site and scenario")


@app.cell(hide_code=True)
def _():
    import contextlib
    import io
    import tempfile
    from pathlib import Path

    import marimo as mo

    import mfg
    from mfg.cli import run as command
    from mfg.pictures.style import number, percent
    from mfg.pictures.waiting import waiting_picture
    from mfg.study.stored import load_run

    return Path, command, contextlib, io, load_run, mfg, mo, number, percent, tempfile, waiting_picture


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # Write your own protocol, site and scenario

    The therapies that come with the package are files, and yours can be one too. No programming is needed: a **protocol** says what a
    patient receives and how it is made, a **site** where that happens, a **population** to whom, and a **scenario** puts the three
    together. Each is plain text (TOML: a name, an equals sign, a value), which any editor can write.

    Make an empty folder, open a terminal in it (the window where commands are typed; on Windows it is called PowerShell) and follow the
    steps. After every step ask the program: `mfg check FILE`. It names every fault at its place, with what would be right, and repairs nothing
    by itself. A line that begins with `$` is one that you type, without the `$`; what stands below it is the answer.
    """)
    return


@app.cell(hide_code=True)
def _(Path, command, contextlib, io, mo, tempfile):
    kept = tempfile.TemporaryDirectory(prefix="mfg-lesson-")
    folder = Path(kept.name)

    def told(*words):
        """What `mfg` prints when it is called in the folder with these *words*."""
        said = io.StringIO()
        typed = [str(folder / word) if word.endswith(".toml") else word for word in words]
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            command(typed)
        return said.getvalue().replace(f"{folder}/", "")

    def checked(name, text):
        """Write *text* into a file, and show it with what the check says."""
        (folder / name).write_text(text, encoding="utf-8")
        heard = told("check", name)
        shown = mo.md(
            f"`{name}`\n\n```text\n{text.strip()}\n```\n\n```text\n$ mfg check {name}\n{heard.strip()}\n```"
        )
        return heard, shown

    return checked, folder, kept, told


@app.cell(hide_code=True)
def _(checked, mo):
    nothing, step_1 = checked("my-protocol.toml", 'schema = "protocol-1"\nname   = "my-protocol"\n')
    mo.vstack(
        [
            mo.md("## Step 1: almost nothing\n\nTwo lines: what kind of file it is, and what it is called."),
            step_1,
        ]
    )
    return nothing, step_1


@app.cell(hide_code=True)
def _(mo):
    draft = """schema = "protocol-1"
name   = "my-protocol"
donor  = "autologous"            # the patient's own cells; "allogeneic": somebody else's

[patient.weight]
unit  = "kg"
least = 20
most  = "250 kg"

[[arm]]                          # a group of patients who are treated alike
name  = "treated"
doses = ["dose 1", "dose 2"]

[[dose]]
name = "dose 1"
day  = "0 day"

[[dose]]
name = "second dose"
day  = "28 days"

[[route]]
name          = "intrathecal"    # into the fluid around the spinal cord
cells         = "1e6 cells/kg"   # 1e6: a million
concentration = "1e7 cell/mL"
container     = { kind = "syringe", holds = "5 mL" }

[[example]]                      # a case that you have worked out by hand
given  = { weight = "60 kg" }
expect = { cells = "60e6 cell", volume = "60 mL" }
"""
    mo.md("""
    ## Step 2: who, how much, when

    A bracket begins a part, and what follows belongs to it until the next bracket: so what is said of the whole file, as its name, stands above the
    first one. A double bracket begins one of several: two doses are two `[[dose]]`. Braces hold a small part in one line. Words and quantities
    stand in quotation marks; what follows a `#` is for people alone. The draft has mistakes that everybody makes. Find them before you read on.
    """)
    return (draft,)


@app.cell(hide_code=True)
def _(checked, draft):
    faults, step_2 = checked("my-protocol.toml", draft)
    step_2
    return faults, step_2


@app.cell(hide_code=True)
def _(checked, draft, mo):
    mended = (
        draft.replace("least = 20\n", 'least = "20 kg"\n')
        .replace("second dose", "dose 2")
        .replace("28 days", "28 day")
        .replace("1e6 cells/kg", "1e6 cell/kg")
    )
    last_fault, _ = checked("my-protocol.toml", mended)
    right = mended.replace('volume = "60 mL"', 'volume = "6 mL"')
    sound, _ = checked("my-protocol.toml", right)
    mo.md(f"""
    A fault begins with its place: `dose.second dose.day` is the `day` of the `[[dose]]` that is called `second dose`. A number without a unit could mean
    anything, so every quantity carries its own, in the singular. Nearly every fault says what to write. Mend all of them and check again:

    ```text
    $ mfg check my-protocol.toml
    {last_fault.strip()}
    ```

    This one is of another sort. The file is well-formed; the **worked example** is not kept. You said what should come out for 60 kg, and
    the rules give something else. Who is right? Divide the cells by the concentration, by hand. It was the example: `volume = "6 mL"`.

    ```text
    $ mfg check my-protocol.toml
    {sound.strip()}
    ```

    Always write an example that you worked out on paper. It is the only line of the file that can notice that you meant something else.
    """)
    return last_fault, mended, right, sound


@app.cell(hide_code=True)
def _(mo, right, told):
    assert right
    dose = told("dose", "my-protocol.toml", "--weight", "72kg")
    mo.md(f"""
    The protocol can be used from now on:

    ```text
    $ mfg dose my-protocol.toml --weight 72kg
    {dose.partition("rests on")[0].strip()}
    ```

    (Below that it says what the dose rests on.)
    """)
    return (dose,)


@app.cell(hide_code=True)
def _(checked, mo, right):
    making = """
[[supply]]
name   = "fresh"                 # a collection for each dose,
kind   = "fresh"
before = "28 day"                # so long before it

[[step]]
do     = "collect"
volume = "50 mL"

[[step]]
do     = "expand"                # the cells grow
lasts  = "21 day"
yields = { least = "80e6 cell", likely = "120e6 cell", most = "200e6 cell" }

[[step]]
do         = "formulate"         # into the syringe
vehicle    = "saline"
use_within = "12 hour"

[[step]]
do = "administer"
"""
    whole, step_3 = checked("my-protocol.toml", right + making)
    mo.vstack(
        [
            mo.md("""
    ## Step 3: how it is made

    For a dose on paper that was enough. A simulation must also know what happens to the cells, step by step. Where a number varies from patient to
    patient, as what a culture `yields`, write its `least`, its `likely` and its `most`. What is planned, as how long it `lasts`, is one number. Add
    this to the end; the file is then
    """),
            step_3,
        ]
    )
    return making, step_3, whole


@app.cell(hide_code=True)
def _(checked, folder, mo, whole):
    assert whole
    (folder / "my-site.toml").write_text('schema = "site-1"\nname   = "my-site"\n', encoding="utf-8")
    (folder / "my-patients.toml").write_text(
        'schema = "population-1"\nname   = "my-patients"\n', encoding="utf-8"
    )
    scenario = """
schema     = "scenario-1"
name       = "my-scenario"
protocol   = "my-protocol.toml"
site       = "my-site.toml"
population = "my-patients.toml"
start      = 2026-01-05
horizon    = "52 week"           # patients come for so long
seed       = 1                   # of the random numbers; any will do

[arrivals]
rate = "2 / month"
"""
    missing, step_4 = checked("my-scenario.toml", scenario)
    mo.vstack(
        [
            mo.md("""
    ## Step 4: the scenario asks for the rest

    Write the scenario, and beside it a site and a population of two lines each, as in step 1: `schema = "site-1"` with a name, and
    `schema = "population-1"` with a name. The check then lists what your recipe needs of them.
    """),
            step_4,
        ]
    )
    return missing, scenario, step_4


@app.cell(hide_code=True)
def _(folder, missing, mo, told):
    assert missing
    site = """schema  = "site-1"
name    = "my-site"
assumed = "invented for this lesson"   # where its numbers come from

[clinic.ward]
hours = "Mon-Fri 08:00-18:00"
slot  = "30 minute"              # appointments begin on the half hour
rooms = 1

[facility.cells]
hours     = "Mon-Fri 08:00-18:00"
suites    = 1                    # clean rooms
operators = 2
incubator = "12 flask"           # places; one lot takes one

[work.collect]
needs = { room = 1 }
lasts = "60 minute"

[work.formulate]
needs = { suite = 1, operator = 2 }
lasts = { least = "2 hour", likely = "3 hour", most = "5 hour" }

[work.administer]
needs = { room = 1 }
lasts = "60 minute"
"""
    patients = """schema  = "population-1"
name    = "my-patients"
assumed = "invented for this lesson"
weight  = { mean = "70 kg", sd = "12 kg", least = "40 kg", most = "120 kg", shape = "normal" }
"""
    (folder / "my-site.toml").write_text(site, encoding="utf-8")
    (folder / "my-patients.toml").write_text(patients, encoding="utf-8")
    complete = told("check", "my-scenario.toml")
    mo.md(
        "## Step 5: the site and the patients\n\n"
        f"`my-site.toml`\n\n```text\n{site.strip()}\n```\n\n`my-patients.toml`\n\n```text\n{patients.strip()}\n```\n\n"
        f"```text\n$ mfg check my-scenario.toml\n{complete.strip()}\n```\n\n"
        "The check counts how many numbers say where they come from. `assumed` at the top of a file speaks for all of its numbers that "
        "say nothing themselves. The protocol and the scenario have no such line yet: write one, above the first bracket."
    )
    return complete, patients, site


@app.cell
def _(complete, folder, load_run, mfg):
    assert complete
    calm = mfg.simulate(folder / "my-scenario.toml", replications=20, output=folder / "first")
    first = load_run(folder / "first").base
    crowded = mfg.simulate(
        folder / "my-scenario.toml", replications=20, settings={"arrivals.rate": "8 / month"}
    )
    return calm, crowded, first


@app.cell(hide_code=True)
def _(first, folder, mo, number, percent, told, waiting_picture):
    way = waiting_picture([first])
    ran = told("run", "my-scenario.toml", "--output", str(folder / "first"))
    mo.vstack(
        [
            mo.md(f"""
    ## It runs

    ```text
    $ mfg run my-scenario.toml
    {ran.partition("referral_to_dose_p90")[0].strip()}
    ```

    The year is played twenty times, each time with other patients and other luck (a *replication*). `mean` is the average of them, and the interval
    says how far luck could have moved that average: it holds the true one in 95 cases of 100. In your hospital {percent(first.figure("doses_given").mean, decimals=1)} of the planned
    doses are given, and a clean room is busy for {number(first.figure("suite_hours_per_dose").mean)} hours for each of them. The line that begins with `what limits it` is
    the one that a planner reads first. Everything is kept in a folder below `runs`, and the last line printed makes a page with pictures of it.
    """),
            mo.Html(way.svg()),
            mo.md("""
    **What if?** `--set` changes a value for one run, by its name in the file: `mfg run my-scenario.toml --set suites=2`. To see two ways side by side, with the
    same patients and the same luck: `mfg compare my-scenario.toml --vary suites=1,2`. `mfg show my-scenario.toml` lists every value that may be changed, and
    `mfg trace my-scenario.toml` tells one patient's way hour by hour.
    """),
        ]
    )
    return ran, way


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    The hospital becomes well known, and eight patients a month are referred instead of two. What will be short first: the ward's room, the clean room, the
    operators or the incubator?
    """)
    return


@app.cell(hide_code=True)
def _(crowded, mo, number):
    limit, cost = crowded.waits.first, crowded.waits
    use = crowded.by_replication.mean()
    lots, kept_days = 8 * 2 * 12 / 365, 28
    mo.accordion(
        {
            "Answer": mo.md(f"""
    It is `{limit}`, which alone costs {number(cost.days[limit])} of the {number(cost.later)} days by which a patient is booked later than your protocol allows. The clean room
    is in use for {number(100 * use["utilisation_cells.suites"])}% of its hours, the incubator for {number(100 * use["utilisation_cells.incubator"])}%. A lot is in the clean room for hours, but it keeps its
    place in the incubator from the collection until its cells go into the syringe, {kept_days} days. Eight patients a month with two lots each want
    8 x 2 x 12 / 365 x {kept_days} = {number(lots * kept_days, 3)} places at once, and there are 12.

    Ask the program: `mfg run my-scenario.toml --set "arrivals.rate=8 / month"` says it near the top, and `mfg limits my-scenario.toml --set "arrivals.rate=8 / month"` tries what helps.
    """)
        }
    )
    return cost, kept_days, limit, lots, use


@app.cell(hide_code=True)
def _():
    other = """[[supply]]                       # in the place of "fresh": one collection for every dose
name   = "bank"
kind   = "bank"
before = "28 day"                # so long before the first dose

[[step]]
do = "cryopreserve"              # after "expand": the cells are frozen, a container for each dose

[[step]]
do = "thaw"                      # before "formulate"

[[release]]                      # a test that a lot must pass
test   = "sterility"
limit  = "no growth"
sample = { before = "formulate" }   # a step
holds  = "formulation"           # nothing is formulated before the result is there
"""
    there = """[clinic.second]                  # in my-site.toml
hours = "Mon-Wed 09:00-17:00"
slot  = "30 minute"
rooms = 1

[laboratory.qc]
hours   = "Mon-Fri 08:00-18:00"
benches = 1

[test.sterility]
hands      = "30 minute"         # work on a bench
turnaround = "7 day"             # from the sample to the result
fails      = "1 %"

[work.cryopreserve]
needs = { suite = 1, operator = 2 }
lasts = "2 hour"

[work.thaw]
needs = { suite = 1, operator = 1 }
lasts = "30 minute"
"""
    return other, there


@app.cell(hide_code=True)
def _(folder, mo, other, patients, right, scenario, site, there, told, whole):
    assert whole
    bank, freezing, thawing, release = (f"{part}\n" for part in other.split("\n\n"))
    recipe = f"""{right}
{bank}
[[step]]
do     = "collect"
volume = "50 mL"

[[step]]
do     = "expand"
lasts  = "21 day"
yields = {{ least = "180e6 cell", likely = "250e6 cell", most = "400e6 cell" }}

{freezing}
{thawing}
[[step]]
do         = "formulate"
vehicle    = "saline"
use_within = "12 hour"

[[step]]
do = "administer"

{release}"""
    (folder / "my-bank.toml").write_text(recipe, encoding="utf-8")
    larger = site.replace('incubator = "12 flask"', 'storage   = 200\nincubator = "12 flask"') + f"\n{there}"
    (folder / "my-larger-site.toml").write_text(larger, encoding="utf-8")
    frozen = scenario.replace("my-protocol.toml", "my-bank.toml").replace(
        "my-site.toml", "my-larger-site.toml"
    )
    (folder / "my-frozen.toml").write_text(frozen, encoding="utf-8")
    accepted = told("check", "my-frozen.toml")
    assert patients
    mo.md(f"""
    ## Yours is another therapy

    Then it has other parts. These are the usual ones; each is checked as the rest is.

    - Cells for all doses from one collection, frozen until they are needed, and a test that holds up the product:

    ```text
    {other.strip()}
    ```

    - What the site must have for that, beside `storage = 200` (frozen containers) under `[facility.cells]`; and a second clinic, to which half of the
      patients go if no `share` says otherwise:

    ```text
    {there.strip()}
    ```

    ```text
    $ mfg check my-frozen.toml
    {accepted.strip()}
    ```

    - Doses that follow by the date and not by the number of days: `day = "1 calendar month"`, `"2 calendar month"`. In a clinic that is open three days
      a week few dates are on open days month after month: let `mfg schedule` show it.
    - Another route: `name = "intravenous"`, `container = {{ kind = "bag", holds = "100 mL" }}`.

    If a word is missing, write what you think it is called: the fault lists the words that may stand there. What a built-in therapy writes is shown by
    `mfg show lenzumestrocel-korea`; every key is explained in `docs/protocol-files.md` and `docs/scenario-files.md`; `mfg new site --like seoul` writes a file that
    says only what differs from a built-in one.
    """)
    return accepted, frozen, larger, recipe


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    1. Give the incubator twice the places (`--set "incubator=24 flask"`), still with eight patients a month. Is anything short now?
    2. Let `dose 2` follow on day 30 and run `mfg schedule my-protocol.toml --baseline 2026-03-12`. On which weekday does it fall?
    3. Leave `use_within` out, write `use_withing` instead, or give two doses one name. Does the check say what you did?
    """)
    return


@app.cell(hide_code=True)
def _(calm, folder, mfg, mo, number, told, whole):
    roomy = mfg.simulate(
        folder / "my-scenario.toml",
        replications=20,
        settings={"arrivals.rate": "8 / month", "incubator": "24 flask"},
    )
    text = (folder / "my-protocol.toml").read_text(encoding="utf-8")

    def changed(name, old, new):
        """What the check says of the protocol with one change."""
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return told("check", name).strip()

    assert whole
    later = changed("my-later.toml", 'day  = "28 day"', 'day  = "30 day"')
    days = told("schedule", "my-later.toml", "--baseline", "2026-03-12")
    falls = next(line for line in days.splitlines() if line.startswith("warning") and "dose 2" in line)
    without = changed("my-slip.toml", 'use_within = "12 hour"\n', "")
    misspelt = changed("my-slip.toml", "use_within ", "use_withing ")
    alike = changed("my-slip.toml", 'name = "dose 2"', 'name = "dose 1"')
    mo.accordion(
        {
            "What you should have found": mo.md(f"""
    1. No. Patients are booked {number(roomy.waits.later)} days later than the protocol allows, as with two a month ({number(calm.waits.later)} days): the ward is closed at weekends.
    2. `{falls.removeprefix("warning").strip()}`.
    3. Of two slips it does, and of one it cannot. A product without `use_within` keeps for ever, and that may be what you meant:

    ```text
    $ mfg check my-slip.toml
    {without}

    $ mfg check my-slip.toml
    {misspelt}

    $ mfg check my-slip.toml
    {alike}
    ```
    """)
        }
    )
    return alike, changed, days, falls, later, misspelt, roomy, text, without


if __name__ == "__main__":
    app.run()
