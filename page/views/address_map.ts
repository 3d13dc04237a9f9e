/**
 * The range of a pool as a map: a cell for each address, a window of it at a time.
 *
 * @module
 */
import { type AddressRange, formatIPv4, rangeSize, readIPv4 } from "../../core/net/mod.ts";
import { count, figure, type Html, html, link } from "../html/markup.ts";
import {
  ADDRESS_STATES,
  type AddressRow,
  type AddressState,
  type PoolAddresses,
  rowIndex,
} from "../state/pool_addresses.ts";

/** Addresses of one window. */
const WINDOW = 512;
/** Stretches into which a range is divided that has more than one window. */
const STRETCHES = 64;

/** What states are called. */
export const STATE_NAMES: Readonly<Record<AddressState, string>> = {
  used: "In use",
  free: "Free",
  held: "Held",
  conflict: "In conflict",
  excluded: "Excluded",
  reserved: "Reserved",
};

/** What each state means. */
const STATE_MEANINGS: Readonly<Record<AddressState, string>> = {
  used: "A NIC has it",
  free: "It can be given",
  held: "It was given back a while ago, and is kept for who had it",
  conflict: "Another machine has it",
  excluded: "The pool excludes it",
  reserved: "The server or the router has it",
};

/** What a map is made of. */
interface MapFacts {
  /** `namespace/name` of the pool. */
  readonly of: string;
  readonly addresses: PoolAddresses;
  /** The first address of the window that is asked for. */
  readonly from: string | undefined;
}

/** The map, its legend, and the way to the other windows. */
export function addressMap({ of, addresses, from }: MapFacts): Html {
  const { range, counts } = addresses;
  if (range === undefined) return html`<p>The range cannot be read.</p>`;
  const window = windowOf(range, from);
  return html`<dl class="legend">${
    ADDRESS_STATES.map((state) =>
      html`
        <div title="${STATE_MEANINGS[state]}">
          <dt><i class="cell ${state}" aria-hidden="true"></i>${STATE_NAMES[state]}</dt>
          <dd>${figure(counts[state])}</dd>
        </div>
      `
    )
  }</dl>
${rangeSize(range) > WINDOW ? stretches({ of, addresses, from }, { range, window }) : ""}
<div class="map" role="img" aria-label="${spoken(addresses.rows, window)}">${
    cells(addresses.rows, window)
  }</div>`;
}

/** The window that begins with an address, within the range. */
function windowOf(range: AddressRange, from: string | undefined): AddressRange {
  const asked = from === undefined ? NaN : readIPv4(from);
  const start = asked >= range.start && asked <= range.end ? asked : range.start;
  return { start, end: Math.min(range.end, start + WINDOW - 1) };
}

function cells(rows: readonly AddressRow[], { start, end }: AddressRange): readonly Html[] {
  const made: Html[] = [];
  let at = rowIndex(rows, start);
  for (let address = start; address <= end; address++) {
    const row = rows[at]?.address === address ? rows[at++] : undefined;
    made.push(html`<i class="cell ${row?.state ?? "free"}" title="${cellText(address, row)}"></i>`);
  }
  return made;
}

function cellText(address: number, row: AddressRow | undefined): string {
  if (row === undefined) return `${formatIPv4(address)} ${STATE_NAMES.free.toLowerCase()}`;
  const { text, state, macAddress, usedBy } = row;
  const whom = macAddress === undefined ? "" : ` ${macAddress}`;
  return `${text} ${STATE_NAMES[state].toLowerCase()}${whom}${
    usedBy === undefined ? "" : `, used by ${usedBy}`
  }`;
}

/** What the map shows, for who does not see it; the table below says all of it. */
function spoken(rows: readonly AddressRow[], { start, end }: AddressRange): string {
  const counts = new Map<AddressState, number>();
  let marked = 0;
  for (let at = rowIndex(rows, start); (rows[at]?.address ?? Infinity) <= end; at++) {
    const state = rows[at]?.state ?? "used";
    counts.set(state, (counts.get(state) ?? 0) + 1);
    marked++;
  }
  counts.set("free", end - start + 1 - marked);
  const said = ADDRESS_STATES.filter((state) => (counts.get(state) ?? 0) > 0)
    .map((state) => `${figure(counts.get(state) ?? 0)} ${STATE_NAMES[state].toLowerCase()}`);
  return `Map of ${formatIPv4(start)} to ${formatIPv4(end)}: ${said.join(", ")}`;
}

/** The whole range in stretches, each a link to its first window, and the windows before and behind. */
function stretches(
  { of, addresses }: MapFacts,
  { range, window }: { readonly range: AddressRange; readonly window: AddressRange },
): Html {
  const size = Math.ceil(Math.ceil(rangeSize(range) / STRETCHES) / WINDOW) * WINDOW;
  const links: Html[] = [];
  for (let start = range.start; start <= range.end; start += size) {
    const end = Math.min(range.end, start + size - 1);
    const marked = rowIndex(addresses.rows, end + 1) - rowIndex(addresses.rows, start);
    const level = marked === 0 ? 0 : Math.max(1, Math.ceil(marked / (end - start + 1) * 8));
    const current = window.start >= start && window.start <= end;
    links.push(html`
      <a class="stretch" href="${link("pool", { of, from: formatIPv4(start) })}#map" ${current
        ? html`
          aria-current="true"
        `
        : ""}
        title="${formatIPv4(start)}: ${count(marked, "entry", "entries")} of ${figure(
          end - start + 1,
        )} addresses"><svg viewBox="0 0 4 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect y="${8 -
          level}" width="4" height="${level}"></rect></svg><span class="hidden">From ${formatIPv4(
            start,
          )}</span></a>
    `);
  }
  const step = (start: number, text: string) =>
    start < range.start || start > range.end
      ? html`<span class="faint">${text}</span>`
      : html`<a href="${link("pool", { of, from: formatIPv4(start) })}#map">${text}</a>`;
  const before = window.start > range.start
    ? Math.max(range.start, window.start - WINDOW)
    : range.start - 1;
  return html`<nav class="stretches" aria-label="Parts of the range">${links}</nav>
<p class="pager">${step(before, "Previous")} <span class="mono">${formatIPv4(window.start)} to ${
    formatIPv4(window.end)
  }</span> ${step(window.end + 1, "Next")}</p>`;
}
