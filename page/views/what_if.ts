/**
 * Trying a change of a pool, or of what is asked of it, before it is applied. The form works without scripts; with them the
 * planner runs in the browser.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import type { View } from "../html/layout.ts";
import { count, html, link } from "../html/markup.ts";
import { answer, nothingChanged } from "../what_if/answer.ts";
import { rangeOf, type WhatIfChange, type WhatIfResult } from "../what_if/what_if.ts";

/** The pools to choose from. */
export function choosePool(pools: readonly string[], of: string | undefined): View {
  return {
    title: "What if",
    section: "what-if",
    status: of === undefined ? 200 : 404,
    live:
      html`<section class="hero calm" aria-labelledby="name"><h1 id="name">What if a pool changes?</h1>
<p>Choose a pool, change its range, its excludes, or what one NIC asks for, and see who would move. Nothing is applied.</p>
${of === undefined ? "" : html`<p class="note warn">There is no IPPool ${of}.</p>`}</section>`,
    still: html`<section class="card" aria-labelledby="choose"><h2 id="choose">Pools</h2>${
      pools.length === 0 ? html`<p>There is no IPPool yet.</p>` : html`
        <p class="quiet">${count(pools.length, "pool")}</p>
        <ul class="columns">${pools.map((name) =>
          html`<li><a href="${link("what-if", { of: name })}">${name}</a></li>`
        )}</ul>
      `
    }</section>`,
  };
}

/** The form, and the answer to what is in it. */
export function whatIfView(pool: IPPool, { of, change, result }: {
  readonly of: string;
  readonly change: WhatIfChange;
  /** Absent where nothing is changed. */
  readonly result?: WhatIfResult;
}): View {
  const { start, end, exclude = [] } = rangeOf(pool);
  const field = (
    name: keyof WhatIfChange,
    { label, hint, value }: {
      readonly label: string;
      readonly hint: string;
      readonly value: string;
    },
  ) =>
    html`
      <div
        class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="text" maxlength="320" autocomplete="off" spellcheck="false" aria-describedby="${name}-hint" value="${change[
          name
        ] ?? value}"><p class="quiet" id="${name}-hint">${hint}</p></div>
    `;
  return {
    title: `What if ${of} changes?`,
    section: "what-if",
    scripts: ["what_if.js"],
    live: html`
      <section class="hero calm" aria-labelledby="name">
        <p
          class="crumbs"><a href="${link("pool", {
            of,
          })}">${of}</a> <span aria-hidden="true">/</span> What if</p>
        <h1 id="name">What if ${of} changes?</h1>
        <p>The planner's own answer, with what is recorded now. Nothing is applied.</p>
      </section>
    `,
    still: html`
      <div class="halves">
        <section class="card" aria-labelledby="change">
          <h2 id="change">The change</h2>
          <form id="what-if" action="what-if" method="get" data-facts="${link("what-if-facts", {
            of,
          })}">
            <input type="hidden" name="of" value="${of}">
            <fieldset>
              <legend>The pool</legend>
              <div class="pair">${field("start", {
                label: "First address",
                hint: "Empty: the first usable one",
                value: start ?? "",
              })}${field("end", {
                label: "Last address",
                hint: "Empty: the last usable one",
                value: end ?? "",
              })}</div>
              <div
                class="field"><label for="exclude">Excluded</label><textarea id="exclude" name="exclude" rows="4" maxlength="65536" spellcheck="false" aria-describedby="exclude-hint">${change
                  .exclude ??
                  exclude.join(
                    "\n",
                  )}</textarea><p class="quiet" id="exclude-hint">Addresses or ranges such as 192.168.48.10-192.168.48.20</p></div>
            </fieldset>
            <fieldset>
              <legend>A static request</legend>
              <div class="pair">${field("macAddress", {
                label: "MAC address",
                hint: "Of a NIC, or a new one",
                value: "",
              })}${field("address", {
                label: "Wanted address",
                hint: "Such as 192.168.48.84",
                value: "",
              })}</div>
            </fieldset>
            <p><button type="submit" class="primary">Show what would happen</button></p>
          </form>
        </section>
        <section class="card" aria-labelledby="answer-head">
          <h2 id="answer-head">What would happen</h2>
          <div id="answer" aria-live="polite">${result === undefined
            ? nothingChanged()
            : answer(pool, result)}</div>
        </section>
      </div>
    `,
  };
}
