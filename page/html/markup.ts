/**
 * Markup, and small parts that every view is made of. Every value goes in through the escaping template: what people wrote is text.
 *
 * @module
 */
import { html } from "hono/html";

export { html };

/** Markup; never a promise where no value is one. */
export type Html = ReturnType<typeof html>;

/** How something is, for its colour and its sign; the words beside it say the same. */
export type Tone = "good" | "bad" | "warn" | "calm" | "off";

/** A sign for who does not see colours. It is hidden from screen readers, since words stand beside it. */
const SIGNS: Readonly<Record<Tone, string>> = {
  good: "\u2713",
  bad: "\u2715",
  warn: "!",
  calm: "i",
  off: "\u2013",
};

/** A short word on a coloured ground. */
export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${sign(tone)}${text}</span>`;
}

/** The sign alone. */
export function sign(tone: Tone): Html {
  return html`<span class="sign ${tone}" aria-hidden="true">${SIGNS[tone]}</span>`;
}

/** A count with its noun: `1 pool`, `2 pools`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

/** A whole number with separators. */
export function figure(number: number): string {
  return number.toLocaleString("en-US");
}

/** A point in time: how long ago it is, the time itself where the pointer rests. `text` is RFC 3339. */
export function ago(text: string | undefined, now: number): Html {
  const at = text === undefined || text === "" ? NaN : Date.parse(text);
  if (text === undefined || Number.isNaN(at)) return html`<span class="faint">unknown</span>`;
  return html`<time datetime="${text}" title="${text}">${agoText(at, now)}</time>`;
}

const STEPS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
] as const;

/** How long ago something is, in words. */
function agoText(at: number, now: number): string {
  const elapsed = Math.abs(now - at);
  for (const [ms, unit] of STEPS) {
    if (elapsed < ms) continue;
    const text = count(Math.floor(elapsed / ms), unit);
    return at > now ? `in ${text}` : `${text} ago`;
  }
  return at > now ? "in less than a minute" : "less than a minute ago";
}

/** How much of a whole is in use: a bar that is drawn, since the page allows itself no style attributes. */
export function fillBar(
  { used, size }: { readonly used: number; readonly size: number },
): Html {
  const share = size === 0 ? 0 : used / size;
  const tone = share >= 1 ? "bad" : share >= NEARLY_FULL ? "warn" : "good";
  const width = used === 0 ? 0 : Math.max(1.5, Math.min(100, share * 100));
  return html`
    <svg class="bar ${tone}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"
      focusable="false">
      <rect class="rail" width="100" height="8" rx="2"></rect>
      <rect class="fill" width="${width.toFixed(1)}" height="8" rx="2"></rect>
    </svg>
  `;
}

/** From here on a pool is nearly full. */
export const NEARLY_FULL = 0.9;

/** Links to the parts of a list that is shown in parts. `href` makes the address of a part, from 1 on. */
export function pager(
  { part, parts, label, href }: {
    readonly part: number;
    readonly parts: number;
    readonly label: string;
    readonly href: (part: number) => string;
  },
): Html | undefined {
  if (parts <= 1) return undefined;
  const link = (to: number, text: string) =>
    to < 1 || to > parts
      ? html`<span class="faint">${text}</span>`
      : html`<a href="${href(to)}">${text}</a>`;
  return html`
    <nav class="pager"
      aria-label="${label}">${link(part - 1, "Previous")} <span>${figure(part)} of ${figure(
        parts,
      )}</span> ${link(part + 1, "Next")}</nav>
  `;
}

/** Which part of a list is asked for, and the rows of it. */
export function partOf<T>(
  rows: readonly T[],
  { asked, size }: { readonly asked: string | undefined; readonly size: number },
): { readonly part: number; readonly parts: number; readonly rows: readonly T[] } {
  const parts = Math.max(1, Math.ceil(rows.length / size));
  const wanted = /^\d{1,6}$/.test(asked ?? "") ? Number(asked) : 1;
  const part = Math.min(Math.max(1, wanted), parts);
  return { part, parts, rows: rows.slice((part - 1) * size, part * size) };
}

/** A relative link to a view: relative, so that it holds behind any path of a proxy. */
export function link(view: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}=${encodeURIComponent(value)}`]
  );
  return given.length === 0 ? view : `${view}?${given.join("&")}`;
}
