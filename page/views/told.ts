/**
 * What clients are told, as an offer says it.
 *
 * @module
 */
import type { DissectedOption } from "../../core/dhcp/mod.ts";
import { formatMac, readMac } from "../../core/net/mod.ts";
import { count, type Html, html } from "../html/markup.ts";
import type { ToldOptions } from "../state/told_options.ts";

/** Options whose values are seconds (RFC 2132, RFC 8925). */
const SECONDS = new Set([51, 58, 59, 108]);

/** The part of a view. */
export function toldPart(
  told: ToldOptions | undefined,
  { of, as = "" }: { readonly of: string; readonly as: string | undefined },
): Html {
  const head = html`<h2 id="told">What clients are told</h2>`;
  if (told === undefined) {
    return html`
      <section class="card"
        aria-labelledby="told">${head}<p>The pool cannot be served as it is.</p></section>
    `;
  }
  const whom = readMac(as.trim()) < 0 ? "a client" : formatMac(readMac(as.trim()));
  return html`<section class="card" aria-labelledby="told">
<div class="bar-head">${head}
<form class="filter" action="pool#told" method="get"><input type="hidden" name="of" value="${of}"><label class="hidden" for="as">MAC address of the client</label><input id="as" name="as" type="search" maxlength="32" placeholder="MAC address" value="${as}"><button type="submit">As this client</button></form></div>
<p class="quiet">An offer to ${whom} that asks for every option, as the agent sends it.</p>
${told.problems === "" ? "" : html`<p class="note warn">Not sent: ${told.problems}</p>`}
<table class="rows"><thead><tr><th scope="col" class="narrow">Option</th><th scope="col">Name</th><th scope="col">Value</th></tr></thead><tbody>${
    told.fields.map(([name, value]) =>
      html`
        <tr>
          <td class="narrow faint">field</td>
          <th scope="row">${name}</th>
          <td class="mono">${value}</td>
        </tr>
      `
    )
  }${told.options.map(optionRow)}</tbody></table></section>`;
}

function optionRow({ code, name, ...shown }: DissectedOption): Html {
  return html`
    <tr>
      <td class="narrow">${code}</td>
      <th scope="row">${name}</th>
      <td class="mono">${valueText(code, shown)}</td>
    </tr>
  `;
}

function valueText(
  code: number,
  { value, hex = "", text }: Pick<DissectedOption, "value" | "hex" | "text">,
): string {
  if (value === undefined) return text ?? hex;
  if (typeof value === "number" && SECONDS.has(code)) return secondsText(value);
  if (Array.isArray(value)) {
    return value.map((one) => typeof one === "string" ? one : JSON.stringify(one)).join(", ");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const UNITS = [[86_400, "day"], [3_600, "hour"], [60, "minute"]] as const;

function secondsText(seconds: number): string {
  if (seconds === 0xffff_ffff) return "for ever";
  const [unit, name] = UNITS.find(([unit]) => seconds >= unit && seconds % unit === 0) ??
    [1, "second"];
  const words = count(seconds / unit, name);
  return unit === 1 ? words : `${words} (${seconds} s)`;
}
