// Tokens × keys × times: every cell of the matrix, and every moment of the slider, by one call of the verifier.
import { describeKeyId } from "keywicket";
import { drawing, bar, relative } from "../timeline.js";
import { byId, el, errorWords, icon, isoTime, nowSeconds } from "../dom.js";
import { state, whenChanged } from "../state.js";
import { mintRecipe, OTHER_KEY_ID, RECIPES } from "./recipes.js";

const STEP = 60;
const BEFORE = 75;
const AFTER = 105;
const COUNT = BEFORE + AFTER + 1;
const PLAY_EVERY = 60;

/** The rows below the token in the box. */
const ROWS = [
  ["good", "Fresh"], ["expired", "Expired"], ["early", "Too early"], ["audience", "Wrong audience"],
  ["keyId", "Other key’s id"], ["signature", "Wrong signing key"], ["uses", "Three uses"],
];

let base = 0;
let rows = [];
/** Codes by token, key and time. */
let matrix = [];
let player = 0;
let pending = 0;

const slider = () => byId("moment");

export function wireSimulator() {
  slider().max = String(COUNT - 1);
  slider().value = String(BEFORE);
  slider().addEventListener("input", () => { stop(); showMoment(); });
  byId("moment-now").addEventListener("click", () => {
    stop();
    slider().value = String(BEFORE);
    simulate();
  });
  byId("moment-play").addEventListener("click", () => (player ? stop() : play()));
  whenChanged("token", () => {
    clearTimeout(pending);
    pending = setTimeout(simulate, 80);
  });
}

function simulate() {
  clearTimeout(pending);
  const ready = Boolean(state.gate && state.key);
  for (const id of ["moment", "moment-now", "moment-play"]) byId(id).disabled = !ready;
  if (!ready) {
    stop();
    matrix = [];
    byId("matrix").replaceChildren(el("p", { class: "note" }, "Waiting for a valid policy."));
    return;
  }
  base = nowSeconds();
  try {
    const shown = ROWS.filter(([name]) => state.policy.tokenType === "JWT" || !RECIPES[name].jwtOnly);
    rows = [["box", "The token above", state.token],
      ...shown.map(([name, title]) => [name, title, mintRecipe(RECIPES[name])])];
    const times = Array.from({ length: COUNT }, (_, index) => base + (index - BEFORE) * STEP);
    const tokens = rows.map(([, , token]) => token);
    matrix = state.gate.simulate({ tokens, keyIds: [state.key.id, OTHER_KEY_ID], times, uses: state.uses ?? 0 });
  } catch (error) {
    matrix = [];
    byId("matrix").replaceChildren(el("p", { class: "notice notice-error" }, ...errorWords(error)));
    return;
  }
  draw();
  showMoment();
}

function draw() {
  const guid = (id) => describeKeyId(id).guid.slice(0, 8);
  const head = (title, id) => el("th", { scope: "col" }, title, el("code", {}, `${guid(id)}…`));
  byId("matrix").replaceChildren(el("table", { class: "matrix", "aria-labelledby": "simulator-title" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Token"), head("This key", state.key.id), head("Another key", OTHER_KEY_ID))),
    el("tbody", {}, ...rows.map(([name, title], row) => el("tr", { "data-token": name },
      el("th", { scope: "row" }, title), ...matrix[row].map(cell))))));
}

/** A cell: what is decided at the moment of the slider, above a strip of what is decided at every other. */
function cell(codes) {
  return el("td", {}, el("div", { class: "cell" },
    el("span", { class: "cell-word" }), strip(codes)));
}

function strip(codes) {
  const width = 1000 / COUNT;
  const runs = [];
  for (const [index, code] of codes.entries()) {
    const good = code === "token.allowed";
    if (runs.at(-1)?.good === good) runs.at(-1).end = index + 1;
    else runs.push({ good, start: index, end: index + 1 });
  }
  return drawing(8, "strip", ...runs.map(({ good, start, end }) =>
    bar(good ? "strip-good" : "strip-bad", start * width, end * width, 0, 8)), bar("strip-now", 0, 12, 0, 8));
}

function showMoment() {
  if (matrix.length === 0) return;
  const index = Number(slider().value);
  const moment = base + (index - BEFORE) * STEP;
  const words = `${isoTime(moment)}${relative(moment - base) || " now"}`;
  byId("moment-words").replaceChildren(isoTime(moment), el("span", { class: "note" }, relative(moment - base) || " now"));
  slider().setAttribute("aria-valuetext", words);
  const cells = byId("matrix").querySelectorAll(".cell");
  for (const [at, codes] of matrix.flat().entries()) {
    showCode(cells[at], codes[index]);
    cells[at].querySelector(".strip-now").setAttribute("x", (index / (COUNT - 1)) * 988);
  }
}

function showCode(box, code) {
  if (box.dataset.code === code) return;
  const allowed = code === "token.allowed";
  const [room, reason] = code.split(".");
  box.dataset.code = code;
  box.dataset.allowed = String(allowed);
  box.title = code;
  box.querySelector(".cell-word").replaceChildren(icon(allowed ? "check" : "cross"),
    el("code", {}, el("span", { class: "visually-hidden" }, `${room}.`), ...reason.split(/(?<=_)/).flatMap((word, at) => (at ? [el("wbr"), word] : [word]))));
}

function play() {
  if (Number(slider().value) >= COUNT - 1) slider().value = "0";
  player = setInterval(() => {
    if (Number(slider().value) >= COUNT - 1) return stop();
    slider().value = String(Number(slider().value) + 1);
    showMoment();
  }, PLAY_EVERY);
  byId("moment-play").textContent = "Pause";
}

function stop() {
  clearInterval(player);
  player = 0;
  byId("moment-play").textContent = "Play";
}
