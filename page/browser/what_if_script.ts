/**
 * In the browser: answers "what if" while somebody types, by the same planner.
 *
 * @module
 */
import { answer } from "../what_if/answer.ts";
import { whatIf, type WhatIfChange, type WhatIfFacts } from "../what_if/what_if.ts";

/** How long nobody types before it is answered. */
const PAUSE_MS = 200;

const form = document.querySelector<HTMLFormElement>("#what-if");
const place = document.querySelector<HTMLElement>("#answer");
if (form !== null && place !== null) follow(form, place);

function follow(form: HTMLFormElement, place: HTMLElement): void {
  let facts: Promise<WhatIfFacts> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = async () => {
    try {
      const known = await (facts ??= factsOf(form.dataset.facts ?? ""));
      place.innerHTML = String(answer(known.pool, whatIf(known, changeOf(form))));
      place.dataset.by = "browser";
    } catch {
      // The server can still be asked.
      facts = undefined;
      form.submit();
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void show();
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(), PAUSE_MS);
  });
}

async function factsOf(url: string): Promise<WhatIfFacts> {
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`Cannot read the facts: ${response.status}`);
  return await response.json();
}

function changeOf(form: HTMLFormElement): WhatIfChange {
  const given = new FormData(form);
  const change: Record<string, string> = {};
  for (const key of ["start", "end", "exclude", "macAddress", "address"]) {
    change[key] = String(given.get(key) ?? "");
  }
  return change;
}
