import { icon } from "./dom.js";

const item = (step) => document.querySelector(`.rail [data-step="${step}"]`);
const NUMBERS = { create: "1", link: "2", authorize: "3", deliver: "4" };
const SYMBOLS = { done: "check", bad: "cross" };

/** Marks a step `done`, `bad` or `todo`, with a few words. */
export function setStep(step, mark, words) {
  const entry = item(step);
  entry.dataset.mark = mark;
  entry.querySelector(".rail-mark").replaceChildren(SYMBOLS[mark] ? icon(SYMBOLS[mark]) : NUMBERS[step]);
  entry.querySelector(".rail-status").textContent = words;
}

/** Shows in the rail which step is being read. */
export function followScrolling() {
  const links = [...document.querySelectorAll(".rail a")];
  const sections = [...document.querySelectorAll("section.step")];
  const mark = () => {
    const line = window.innerHeight / 3;
    const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const current = atEnd && window.scrollY > 0
      ? sections.at(-1)
      : sections.findLast((section) => section.getBoundingClientRect().top <= line) ?? sections[0];
    for (const link of links) {
      if (link.hash === `#${current.id}`) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
  };
  let pending = false;
  const later = () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; mark(); });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later, { passive: true });
  mark();
}
