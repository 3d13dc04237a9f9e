/**
 * The answer to "what if", as markup: the server and the browser show the same.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import { badge, count, figure, type Html, html, link, sign } from "../html/markup.ts";
import { toCopy } from "./manifests.ts";
import type { Move, WhatIfResult } from "./what_if.ts";

const MOVES = 200;

/** Makes the markup. `pool` is the pool as it is. */
export function answer(pool: IPPool, result: WhatIfResult): Html {
  const { problems, moves, notes, pool: next, ask } = result;
  if (next === undefined && ask === undefined && problems.length === 0) {
    return nothingChanged();
  }
  return html`<p class="verdict">${verdict(result)}</p>
${figures(result)}
${
    problems.length === 0 ? "" : html`
      <h3>What would be refused</h3>
      <ul class="problems">${problems.map((problem) =>
        html`<li>${sign("bad")}<p>${problem}</p></li>`
      )}</ul>
    `
  }
${
    moves.length === 0 ? "" : html`
      <h3>Who would have another address</h3>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
          </tr>
        </thead>
        <tbody>${moves.slice(0, MOVES).map(moveRow)}</tbody>
      </table>${moves.length > MOVES
        ? html`<p class="quiet">and ${count(moves.length - MOVES, "more NIC")}</p>`
        : ""}
    `
  }
${
    notes.length === 0 ? "" : html`
      <h3>What the pool would say</h3>
      <ul class="problems">${notes.map(({ type, reason, message }) =>
        html`<li>${
          sign(type === "Warning" ? "warn" : "calm")
        }<div><p class="line"><code>${reason}</code></p><p>${message}</p></div></li>`
      )}</ul>
    `
  }
${problems.length > 0 ? "" : copies(pool, result)}`;
}

/** What stands there before anything is changed. */
export function nothingChanged(): Html {
  return html`<p class="quiet">Nothing is changed yet. Nothing that is tried here is applied.</p>`;
}

function verdict({ problems, moves }: WhatIfResult): Html {
  if (problems.length > 0) return html`${badge("bad", "Refused")} It cannot be applied as it is.`;
  const losing = moves.filter(({ to }) => to === undefined).length;
  if (losing > 0) {
    return html`${badge("bad", "Mind")} ${
      count(losing, "NIC would have no address", "NICs would have no address")
    }.`;
  }
  if (moves.length === 0) return html`${badge("good", "Quiet")} Nobody would move.`;
  return html`${badge("warn", "Moves")} ${
    count(moves.length, "NIC would have another address", "NICs would have other addresses")
  }.`;
}

function figures({ before, after }: WhatIfResult): Html {
  const change = (was: number, is: number) =>
    was === is ? figure(is) : `${figure(was)} \u2192 ${figure(is)}`;
  return html`
    <dl class="totals">
      <div>
        <dt>In use</dt>
        <dd>${change(before.used, after.used)}</dd>
      </div>
      <div>
        <dt>Left</dt>
        <dd>${change(before.available, after.available)}</dd>
      </div>
    </dl>
  `;
}

function moveRow({ name, macAddress, from, to, message }: Move): Html {
  const none = html`<span class="faint">none</span>`;
  const who = name.includes("/") ? html`<a href="${link("why", { of: name })}">${name}</a>` : name;
  return html`
    <tr>
      <th scope="row">${who} <span class="mono quiet">${macAddress}</span>${message === undefined
        ? ""
        : html`<p class="quiet">${message}</p>`}</th>
      <td class="mono nowrap">${from ?? none}</td>
      <td class="mono nowrap">${to ?? none}</td>
    </tr>
  `;
}

function copies(pool: IPPool, result: WhatIfResult): Html {
  const all = toCopy(pool, result);
  return html`${all.length === 0 ? "" : html`<h3>To copy</h3>`}${
    all.map(({ title, text }) =>
      html`
        <figure class="copy">
          <figcaption>${title}</figcaption>
          <pre tabindex="0">${text}</pre>
        </figure>
      `
    )
  }`;
}
