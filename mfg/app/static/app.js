"use strict";
// The page computes nothing: this sends forms, shows how far a run is, and puts in place what the server has drawn.
const find = (what, where = document) => where.querySelector(what);
const all = (what, where = document) => [...where.querySelectorAll(what)];
const form = find("form[data-job]");
const kept = form ? `mfg ${form.dataset.job}` : "";
const state = { shown: "", going: "", pins: [], drawn: "" };

async function text(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  return answer.text();
}

function refuse(content) { find("#problem").innerHTML = content; }

// ---- forms of one answer: the new answer takes the place of the old one; a refusal stands beside it ----------

for (const live of all("form[data-live]")) {
  live.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    const button = find("button.main", live);
    button.disabled = true;
    const body = live.enctype === "multipart/form-data" ? new FormData(live) : new URLSearchParams(new FormData(live));
    try {
      const answer = await fetch(live.action, { method: "POST", body });
      const content = await answer.text();
      const there = new DOMParser().parseFromString(content, "text/html");
      const problem = find("#problem", there);
      if (problem) refuse(problem.innerHTML);
      else refuseText(content);
      if (problem && !find(".refused")) find("#answer").innerHTML = find("#answer", there).innerHTML;
    } catch { refuseText("The page's server does not answer; is mfg app still running?"); }
    button.disabled = false;
  });
}

function refuseText(words) {
  const box = document.createElement("div");
  box.className = "refused";
  box.textContent = words;
  find("#problem").replaceChildren(...(words ? [box] : []));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-reload]")) {
    const to = new URL(location.pathname, location.href);
    to.searchParams.set(event.target.name, event.target.value);
    location.assign(to);
  }
});

// ---- runs ----------------------------------------------------------------------------------------------------

function pinned() { return state.pins.map((one) => `${one.letter}:${one.id}`).join(","); }

async function show(id, first) {
  const content = await text(`${form.dataset.job}/${id}/result?pins=${pinned()}`);
  if (state.going && state.going !== id) return;
  const answer = find("#answer");
  answer.innerHTML = content;
  answer.classList.remove("stale");
  const charts = find("#charts");
  if (!charts) return;
  if (first) {
    charts.replaceChildren();
    state.drawn = state.shown = "";
    find("#pin").disabled = true;
    return;
  }
  state.shown = id;
  find("#pin").disabled = state.pins.some((one) => one.id === id) || state.pins.length >= 5;
  keep();
  if (state.drawn !== id) {
    state.drawn = id;
    charts.innerHTML = '<p class="note">Further charts are being drawn.</p>';
    charts.innerHTML = await text(`${form.dataset.job}/${id}/charts`);
  }
}

function progress(words, share = 0) {
  const box = find("#progress");
  box.hidden = !words;
  find("progress", box).value = share;
  find("span", box).textContent = words;
  find("#stop").hidden = !words;
}

async function follow(id) {
  state.going = id;
  let looked = false;
  find("#answer").classList.toggle("stale", Boolean(state.shown));
  while (state.going === id) {
    const answer = await fetch(`${form.dataset.job}/${id}`);
    const now = await answer.json();
    if (now.problem) refuse(now.problem);
    if (["failed", "stopped", "gone"].includes(now.state)) {
      if (now.state === "stopped") refuseText(`Stopped after ${now.done} of ${now.of}.`);
      break;
    }
    if (now.state === "done") { progress("Drawing", 1); await show(id, false); break; }
    const words = now.state === "waiting" ? "Waiting for the run before" : `${now.done} of ${now.of}`;
    progress(words, now.done / now.of);
    if (now.first && !looked) { looked = true; await show(id, true); }
    await new Promise((after) => setTimeout(after, 200));
  }
  if (state.going === id) { state.going = ""; progress(""); find("#answer").classList.remove("stale"); }
}

if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refuse("");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const said = await answer.json();
      if (said.problem) refuse(said.problem);
      else {
        const before = state.going;
        if (before && before !== said.id) await fetch(`${form.dataset.job}/${before}/stop`, { method: "POST" });
        await follow(said.id);
      }
    } catch { refuseText("The page's server does not answer; is mfg app still running?"); progress(""); state.going = ""; }
  });
  find("#stop").addEventListener("click", () => {
    if (state.going) fetch(`${form.dataset.job}/${state.going}/stop`, { method: "POST" });
  });
}

// ---- what if: values, pins, and what is kept while the other tabs are looked at --------------------------------

function mark() {
  for (const one of all("[data-was]")) one.classList.toggle("changed", one.value.trim() !== one.dataset.was);
  for (const one of all("[data-path]")) {
    const option = all("#paths option").find((path) => path.value === one.value.trim());
    find(".now", one.closest(".other")).textContent = option ? `now ${option.label}` : "";
    if (one.value) one.closest(".other").hidden = false;
  }
}

function keep() {
  if (!kept || !find("#controls")) return;
  const values = all("#runs [name]").map((one) => [one.name, one.value]);
  sessionStorage.setItem(kept, JSON.stringify({ values, pins: state.pins, shown: state.shown }));
}

function fill(values) {
  for (const [name, value] of values) {
    const one = all("#runs [name]").find((field) => field.name === name);
    if (one) one.value = value;
  }
}

async function controls(scenario) {
  find("#controls").innerHTML = await text(`/?part=controls&scenario=${encodeURIComponent(scenario)}`);
  mark();
}

async function pins() {
  find("#pins").innerHTML = await text(`/whatif/pins?pins=${pinned()}`);
  keep();
}

async function start() {
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (!before) return mark();
  const scenario = (before.values.find(([name]) => name === "scenario") || [])[1];
  if (scenario && scenario !== find("#scenario").value) await controls(scenario);
  fill(before.values);
  mark();
  state.pins = before.pins;
  await pins();
  state.pins = state.pins.filter((one) => find(`[data-unpin="${one.letter}"]`));
  if (!before.shown) return;
  const now = await (await fetch(`/whatif/runs/${before.shown}`)).json();
  if (now.state === "done") await show(before.shown, false);
}

if (find("#controls")) {
  const runs = find("#runs");
  runs.addEventListener("input", () => { mark(); keep(); });
  runs.addEventListener("reset", () => setTimeout(() => { controls(find("#scenario").value).then(keep); }));
  find("#scenario").addEventListener("change", (event) => controls(event.target.value).then(keep));
  runs.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const whole = event.target.matches("[data-number]") && /^[0-9]{1,9}$/.test(event.target.value);
    if (!step || !whole) return;
    event.preventDefault();
    event.target.value = Math.max(0, Number(event.target.value) + step);
    mark();
    keep();
  });
  find("#pin").addEventListener("click", async () => {
    const letter = [..."ABCDE"].find((one) => !state.pins.some((pin) => pin.letter === one));
    state.pins = [...state.pins, { letter, id: state.shown }].sort((one, two) => (one.letter < two.letter ? -1 : 1));
    find("#pin").disabled = true;
    await pins();
  });
  start();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "another") {
    const next = all(".other").find((row) => row.hidden);
    if (next) { next.hidden = false; find("input", next).focus(); }
    button.hidden = !all(".other").some((row) => row.hidden);
  }
  if (button.dataset.unpin) {
    state.pins = state.pins.filter((one) => one.letter !== button.dataset.unpin);
    await pins();
    if (state.shown && !state.going) await show(state.shown, false);
  }
  if ("copy" in button.dataset) {
    await navigator.clipboard.writeText(find("code", button.parentElement).textContent);
    button.textContent = "Copied";
  }
});
