"use strict";

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

// Every text goes in as text: nothing that the bridge says is ever read as HTML.
function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const amount = (value) => (value >= 100 || Number.isInteger(value) ? number.format(value) : decimal.format(value));

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${amount(value)} ${units[unit]}`;
}

function span(seconds) {
  if (seconds < 1) return "under 1 s";
  if (seconds < 120) return `${number.format(seconds)} s`;
  if (seconds < 7200) return `${number.format(seconds / 60)} min`;
  if (seconds < 172800) return `${decimal.format(seconds / 3600)} h`;
  return `${decimal.format(seconds / 86400)} days`;
}

const ago = (seconds) => (seconds < 2 ? "just now" : `${span(seconds)} ago`);

const facts = (pairs) => make("dl", null, ...pairs.flatMap(([name, value]) => [make("dt", null, name), make("dd", null, value)]));

// Rates over the last five seconds or so, from totals: a new start of the bridge begins anew.
const recent = [];

function remember(status) {
  if (recent.length > 0 && recent[recent.length - 1].replica !== status.replica) recent.length = 0;
  recent.push(status);
  while (recent.length > 6) recent.shift();
}

function rate(total) {
  const [first, last] = [recent[0], recent[recent.length - 1]];
  const seconds = (last.at - first.at) / 1000;
  return seconds > 0 ? Math.max(0, total(last) - total(first)) / seconds : 0;
}

const sum = (items, of) => items.reduce((all, item) => all + of(item), 0);

function showState(conditions) {
  const worst = conditions.length === 0 ? "good" : conditions.some((one) => one.level === "bad") ? "bad" : "warn";
  const shown = conditions.length > 0 ? conditions : [{ level: "good", text: "All is well", meaning: "Everything that arrives is published." }];
  const state = byId("state");
  state.dataset.level = worst;
  const text = JSON.stringify(shown);
  if (state.dataset.text === text) return;
  state.dataset.text = text;
  state.replaceChildren(...shown.map((one) => make("div", { class: one.level },
    make("strong", null, one.text), make("span", null, one.meaning), one.detail ? make("small", null, one.detail) : null)));
  document.title = `${worst === "good" ? "" : worst === "bad" ? "✖ " : "! "}Telemetry bridge`;
}

const systems = { azure_storage_queue: "Azure Storage Queue", aws_sqs: "Amazon SQS" };

function showQueues(queues) {
  const parts = queues.flatMap((queue) => [
    make("h3", null, queue.name, " ", make("small", null, systems[queue.system] ?? queue.system)),
    facts([
      ["stored", queue.depth < 0 ? "unknown" : `${number.format(queue.depth)} message${queue.depth === 1 ? "" : "s"}`],
      ["oldest", Math.max(queue.oldestWaiting, queue.oldestInWork) > 0 ? span(Math.max(queue.oldestWaiting, queue.oldestInWork)) : "none waits"],
    ]),
  ]);
  byId("queues").lastElementChild.replaceChildren(...(parts.length > 0 ? parts : [make("p", { class: "note" }, "Not received from yet.")]));
}

function showLink(id, title, details, perSecond, isStopped) {
  const link = byId(id);
  link.dataset.flow = isStopped ? "stopped" : perSecond > 0 ? "moving" : "idle";
  link.lastElementChild.replaceChildren(make("b", null, title), details[0], make("br"), details[1]);
}

function showFlow(status) {
  const { flow, broker, queues } = status;
  const stopped = status.conditions.some((one) => one.level === "bad");
  const [messages, received] = [rate((one) => sum(one.queues, (queue) => queue.messages)), rate((one) => sum(one.queues, (queue) => queue.bytes))];
  const published = rate((one) => one.flow.published);
  showQueues(queues);
  showLink("link-in", `${amount(messages)} /s`, ["messages", `${bytes(received)}/s`], messages, stopped);
  showLink("link-out", `${amount(published)} /s`, ["events", stopped ? "stopped" : "confirmed"], published, stopped);
  const incomplete = sum(status.partitions, (one) => one.heldBatches);
  byId("bridge").lastElementChild.replaceWith(facts([
    ["events in work", number.format(flow.inFlight)],
    ["held in memory", bytes(flow.inFlightBytes)],
    ["incomplete batches", number.format(incomplete)],
    ["published", number.format(flow.published)],
    ["redeliveries dropped", number.format(flow.duplicates)],
    ["memory", bytes(flow.resident)],
  ]));
  const last = broker.lastPublish === null ? "none yet" : ago(status.at / 1000 - broker.lastPublish);
  byId("exchange").lastElementChild.replaceChildren(
    make("h3", null, broker.exchange),
    facts([
      ["RabbitMQ", broker.isBlocked ? "blocks publishers" : broker.isReady ? "takes events" : "not reachable"],
      ["answers in", broker.milliseconds === null ? "unknown" : `${decimal.format(broker.milliseconds)} ms`],
      ["last event", last],
      ["awaiting confirm", number.format(broker.outstanding)],
      ["refused", number.format(broker.refused)],
    ]),
    make("p", { class: "note" }, broker.address));
}

function showPartitions(status) {
  const { partitions, replicas } = status;
  const alone = partitions.filter((one) => one.consumers === 0).map((one) => one.number);
  const names = replicas.map((one) => make("li", null,
    make("span", null, one.name), make("span", null, one.isThis ? "this one" : `heard of ${ago(one.lastSeen)}`)));
  const tiles = partitions.map((one) => make("div", {
    class: `tile${one.lastHere !== null ? " here" : ""}${one.consumers === 0 ? " alone" : ""}`,
    title: one.lastHere === null ? "No chunk has come to this replica" : `A chunk came here ${ago(one.lastHere)}`,
  }, make("b", null, String(one.number)),
    make("div", null, `held ${number.format(one.heldBatches)}`),
    make("div", null, one.waiting === null ? "waiting ?" : `waiting ${number.format(one.waiting)}`)));
  const count = partitions.some((one) => one.consumers === null) ? "RabbitMQ has not told yet which partitions have a consumer."
    : alone.length === 0 ? `All ${partitions.length} partitions have a replica that puts their batches together.`
    : `No replica puts the batches of partition ${alone.join(", ")} together at the moment.`;
  byId("replicas").lastElementChild.replaceChildren(
    make("p", null, count),
    make("ul", { class: "list" }, ...names),
    make("div", { class: "tiles" }, ...tiles),
    make("p", { class: "note" },
      "Chunks of large batches meet in partitions. RabbitMQ gives each to one replica and does not tell which: ● has sent chunks here. "
      + "Other replicas are known once a batch that they received a part of was put together here: there may be more."));
}

function showDead(dead) {
  const most = Math.max(1, ...dead.reasons.map((one) => one.count));
  const reasons = dead.reasons.map((one) => {
    const row = make("li", { class: "bar" }, make("span", null, one.reason), make("span", null, number.format(one.count)));
    row.style.setProperty("--part", one.count / most);
    return row;
  });
  byId("dead").children[1].replaceChildren(
    make("p", null, dead.waiting === null ? "How many are kept is not known yet." : `${number.format(dead.waiting)} kept in telemetry.dead, of all replicas.`),
    make("ul", { class: "list" }, ...(reasons.length > 0 ? reasons : [make("li", null, make("span", null, "None from this replica since it began."))])));
  byId("look").hidden = dead.waiting === 0;
}

const chartWidth = 1000;

function pathOf(samples, value, top, height, begins, ends) {
  let path = "";
  let before = null;
  for (const sample of samples) {
    const x = ((sample.at - begins) / (ends - begins)) * chartWidth;
    const y = height - (Math.min(value(sample), top) / top) * height;
    path += `${before === null || sample.at - before > 25 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = sample.at;
  }
  return path;
}

// The next of 1, 2, 5, 10, 20 ... that is large enough.
function roundUp(value, least) {
  let step = least;
  for (let i = 0; step < value; i++) step *= i % 3 === 1 ? 2.5 : 2;
  return step;
}

function chart(id, samples, height, top, legend, lines) {
  const ends = samples.length > 0 ? samples[samples.length - 1].at : Date.now() / 1000;
  const begins = ends - 3600;
  const svg = shape("svg", { viewBox: `0 0 ${chartWidth} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": legend.map((one) => one.text).join(", ") });
  for (const part of [0, 0.5, 1]) svg.append(shape("line", { class: "grid", x1: 0, x2: chartWidth, y1: height * part, y2: height * part }));
  for (const line of lines) {
    const path = pathOf(samples, line.value, top, height, begins, ends);
    if (line.area && samples.length > 1) {
      const from = ((samples[0].at - begins) / 3600) * chartWidth;
      svg.append(shape("path", { class: "area", d: `${path.replace(/(?!^)M/g, "L")}L${chartWidth} ${height}L${from.toFixed(1)} ${height}Z` }));
    }
    svg.append(shape("path", { class: line.kind, d: path }));
  }
  const label = make("div", { class: "legend" }, ...legend.map((one) => make("span", { class: one.kind }, one.text)));
  byId(id).replaceChildren(svg, label);
  return { begins, svg, label, height };
}

function showHistory(samples) {
  const perSecond = (value) => value / 10;
  const top = roundUp(Math.max(...samples.map((one) => perSecond(Math.max(one.opened, one.published))), 1), 1);
  const events = chart("events", samples, 190, top,
    [{ kind: "c-in", text: "events in" }, { kind: "c-out", text: "confirmed" }, { kind: "max", text: `${amount(top)} /s` }],
    [{ kind: "in", value: (one) => perSecond(one.opened) }, { kind: "out", value: (one) => perSecond(one.published), area: true }]);
  const oldest = roundUp(Math.max(...samples.map((one) => one.age), 10), 10);
  const age = chart("age", samples, 70, oldest,
    [{ kind: "c-age", text: "age of the oldest event" }, { kind: "max", text: span(oldest) }],
    [{ kind: "old", value: (one) => one.age }]);
  if (samples.length === 0) byId("events").append(make("p", { class: "empty" }, "A point every ten seconds, kept for an hour."));
  for (const one of [events, age]) followPointer(one, samples, events, age);
}

function followPointer(over, samples, events, age) {
  over.svg.addEventListener("pointermove", (move) => {
    const box = over.svg.getBoundingClientRect();
    const at = over.begins + ((move.clientX - box.left) / box.width) * 3600;
    const nearest = samples.reduce((best, one) => (best === null || Math.abs(one.at - at) < Math.abs(best.at - at) ? one : best), null);
    if (nearest === null) return;
    for (const one of [events, age]) {
      const x = ((nearest.at - one.begins) / 3600) * chartWidth;
      one.svg.querySelector(".cursor")?.remove();
      one.svg.append(shape("line", { class: "cursor", x1: x, x2: x, y1: 0, y2: one.height }));
    }
    const [into, out] = events.label.children;
    into.replaceChildren("events in ", make("b", null, `${amount(nearest.opened / 10)} /s`));
    out.replaceChildren("confirmed ", make("b", null, `${amount(nearest.published / 10)} /s`), ` at ${new Date(nearest.at * 1000).toLocaleTimeString()}`);
    age.label.children[0].replaceChildren("age of the oldest event ", make("b", null, span(nearest.age)));
  });
}

async function lookInside() {
  const button = byId("look");
  button.disabled = true;
  try {
    const { at, letters, showsPayloads, problem } = await get("/status/dead", 15000);
    const rows = letters.map((one) => make("li", null,
      make("b", null, one.reason), `  ${one.detail}`,
      make("small", null, `${one.at.slice(0, 19).replace("T", " ")} UTC, ${amount(one.bytes)} bytes, delivered ${one.deliveries === 1 ? "once" : `${one.deliveries} times`}, from ${one.source ?? "unknown"}`),
      make("small", null, one.messageId),
      one.payload === null ? null : make("pre", null, one.payload)));
    const note = problem ?? (letters.length === 0 ? "None is there now." : showsPayloads ? null : "Payloads are not shown: Bridge:Http:ShowPayloads allows it.");
    const time = new Date(at).toLocaleTimeString();
    const cost = problem === null ? `The oldest, as of ${time}. They are read at most every 30 s: each time counts as a delivery of them.` : null;
    const notes = [note, cost].filter((text) => text !== null).map((text) => make("li", { class: "note" }, text));
    byId("letters").replaceChildren(...rows, ...notes);
    button.textContent = "Look again";
  } catch {
    byId("letters").replaceChildren(make("li", null, "The bridge did not answer."));
  } finally {
    button.disabled = false;
  }
}

async function get(path, patience) {
  const response = await fetch(path, { signal: AbortSignal.timeout(patience ?? 3000), cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function show(status) {
  remember(status);
  byId("identity").textContent = `${status.replica} · ${status.version.replace(/\+(.{7}).*/, " ($1)")} · up ${span(status.uptime)}`;
  showState(status.conditions);
  showFlow(status);
  showPartitions(status);
  showDead(status.deadLetters);
}

async function everySecond() {
  try {
    show(await get("/status/now"));
  } catch {
    showState([{ level: "bad", text: "The bridge does not answer", meaning: "This page keeps asking. Other replicas may be at work; events wait in the cloud queues." }]);
  }
  setTimeout(everySecond, document.hidden ? 5000 : 1000);
}

async function everyTenSeconds() {
  try {
    showHistory(await get("/status/history"));
  } catch {
    // What was drawn stays; the state above says that the bridge does not answer.
  }
  setTimeout(everyTenSeconds, 10000);
}

async function showConfiguration() {
  try {
    const settings = await get("/status/configuration");
    byId("configuration").lastElementChild.replaceWith(facts(settings.map((one) => [one.name, one.value])));
  } catch {
    setTimeout(showConfiguration, 3000);
  }
}

byId("look").addEventListener("click", lookInside);
everySecond();
everyTenSeconds();
showConfiguration();
