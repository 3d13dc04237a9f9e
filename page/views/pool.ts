/**
 * One pool: its range as a map, who has what since when, what clients are told, what happened.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import type { ClientHeard } from "../../core/inspect/heard.ts";
import { formatRange } from "../../core/net/mod.ts";
import type { View } from "../html/layout.ts";
import {
  ago,
  badge,
  count,
  figure,
  fillBar,
  type Html,
  html,
  link,
  pager,
  partOf,
  sign,
} from "../html/markup.ts";
import type { Owners } from "../state/owners.ts";
import {
  ADDRESS_STATES,
  type AddressRow,
  type AddressState,
  type PoolAddresses,
} from "../state/pool_addresses.ts";
import { summaryOf } from "../state/pool_summary.ts";
import type { Problem } from "../state/problems.ts";
import type { ToldOptions } from "../state/told_options.ts";
import type { Trend } from "../state/trend.ts";
import { addressMap, STATE_NAMES } from "./address_map.ts";
import { sparkline } from "./sparkline.ts";
import { toldPart } from "./told.ts";

/** What it shows. */
interface PoolViewFacts {
  readonly pool: IPPool;
  readonly problems: readonly Problem[];
  readonly addresses: PoolAddresses;
  readonly owners: Owners;
  /** What was heard of the clients that are shown, by MAC address. */
  readonly heard: ReadonlyMap<string, ClientHeard>;
  /** Clients that were heard in the last minute; absent where no agent says. */
  readonly lively?: number;
  /** Oldest first; absent where none is kept. */
  readonly history?: readonly RecordChange[];
  readonly trend?: Trend;
  readonly told?: ToldOptions;
  readonly now: number;
}

/** What of it is asked for. */
export interface PoolQuery {
  /** `namespace/name`. */
  readonly of: string;
  /** First address of the map's window. */
  readonly from: string | undefined;
  readonly state: string | undefined;
  readonly find: string | undefined;
  readonly part: string | undefined;
  /** Part of the history. */
  readonly past: string | undefined;
  /** MAC address of the client whose offer is shown. */
  readonly as: string | undefined;
}

const ROWS = 100;
const CHANGES = 25;

/** The rows of the part that is asked for. */
export function shownRows(
  { rows }: PoolAddresses,
  { query: { state, find = "", part }, owners }: {
    readonly query: PoolQuery;
    readonly owners: Owners;
  },
): ReturnType<typeof partOf<AddressRow>> & { readonly all: number } {
  const words = find.trim().toLowerCase();
  const ofState = isState(state) ? rows.filter((row) => row.state === state) : rows;
  const found = words === "" ? ofState : ofState.filter(({ text, mac, macAddress = "" }) => {
    const owner = mac === undefined ? undefined : owners.get(mac);
    return text.startsWith(words) || macAddress.includes(words) ||
      (owner?.vm ?? owner?.config ?? "").toLowerCase().includes(words);
  });
  return { ...partOf(found, { asked: part, size: ROWS }), all: found.length };
}

function isState(text: string | undefined): text is AddressState {
  return ADDRESS_STATES.some((state) => state === text);
}

/** Makes the view. */
export function poolView(facts: PoolViewFacts, query: PoolQuery): View {
  const { of } = query;
  return {
    title: of,
    section: "overview",
    live: html`
      ${head(facts, of)}
      <section class="card" id="map"
        aria-labelledby="range"><h2 id="range">The range</h2>${addressMap({
          of,
          addresses: facts.addresses,
          from: query.from,
        })}</section>
      ${rowsPart(facts, query)}
      ${toldPart(facts.told, query)}
      ${historyPart(facts, query)}
    `,
  };
}

function head(facts: PoolViewFacts, of: string): Html {
  const { pool, problems, addresses, lively, trend, now } = facts;
  const { state, tone, network, cidr, used, available, pod } = summaryOf(pool);
  const config: Partial<IPv4Config> = pool.spec?.ipv4Config ?? {};
  const agent = getCondition(pool.status?.conditions, IPPoolCondition.AgentReady);
  const size = used + available;
  const item = (name: string, value: Html | string | undefined) =>
    value === undefined ? "" : html`
      <div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `;
  return html`<section class="hero ${tone}" aria-labelledby="name">
<p class="crumbs"><a href="./">Overview</a> <span aria-hidden="true">/</span> Pool</p>
<div class="bar-head"><h1 id="name">${of}</h1>${badge(tone, state)}<a class="button" href="${
    link("what-if", { of })
  }">What if it changes?</a></div>
<div class="fill large">${fillBar({ used, size })}<span class="number">${
    figure(used)
  }<span class="faint"> of ${figure(size)} in use</span></span>${
    trend === undefined ? "" : sparkline(trend)
  }</div>
<dl class="facts">${item("Network", network)}${item("Subnet", cidr)}${
    item("Range", addresses.range === undefined ? undefined : formatRange(addresses.range))
  }${item("Server", config.serverIP)}${item("Router", config.router)}${
    item("Answered by", pod ?? "nobody")
  }${item("Since", agent?.status === "True" ? ago(agent.lastTransitionTime, now) : undefined)}${
    item("Heard in the last minute", lively === undefined ? undefined : count(lively, "client"))
  }${
    item(
      "Record changed",
      pool.status?.lastUpdate === undefined ? undefined : ago(pool.status.lastUpdate, now),
    )
  }</dl>
${
    problems.length === 0
      ? ""
      : html`<ul class="problems">${
        problems.map(({ tone, reason, message, since }) =>
          html`<li>${sign(tone)}<div><p class="line"><code>${reason}</code></p><p>${message}</p>${
            since === undefined ? "" : html`<p class="quiet">${ago(since, now)}</p>`
          }</div></li>`
        )
      }</ul>`
  }
</section>`;
}

function rowsPart(facts: PoolViewFacts, query: PoolQuery): Html {
  const { addresses, owners } = facts;
  const { of, state, find, from } = query;
  const shown = shownRows(addresses, { query, owners });
  const chosen = (name: AddressState | undefined, text: string) =>
    html`
      <a href="${link("pool", {
        of,
        from,
        state: name,
        find,
      })}#addresses" ${(isState(state) ? state : undefined) === name
        ? html`
          aria-current="true"
        `
        : ""}>${text}</a>
    `;
  return html`<section class="card" id="addresses" aria-labelledby="who">
<div class="bar-head"><h2 id="who">Who has what <span class="count">${figure(shown.all)}</span></h2>
<form class="filter" action="pool#addresses" method="get"><input type="hidden" name="of" value="${of}">${
    isState(state) ? html`<input type="hidden" name="state" value="${state}">` : ""
  }<label class="hidden" for="find">Find an address, a MAC address or a VM</label><input id="find" name="find" type="search" maxlength="320" placeholder="Address, MAC or VM" value="${
    find ?? ""
  }"><button type="submit">Find</button></form></div>
<nav class="chips" aria-label="States">${chosen(undefined, "All")}${
    ADDRESS_STATES.filter((name) => name !== "free" && addresses.counts[name] > 0)
      .map((name) => chosen(name, `${STATE_NAMES[name]} ${figure(addresses.counts[name])}`))
  }</nav>
${
    shown.all === 0 ? html`<p>Nothing here.</p>` : html`
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">State</th>
            <th scope="col">Who</th>
            <th scope="col" class="wide">Since</th>
            <th scope="col" class="wide">Last heard</th>
          </tr>
        </thead>
        <tbody>${rowsOf(shown.rows, facts)}</tbody>
      </table>
    `
  }
${
    pager({
      ...shown,
      label: "Parts of the addresses",
      href: (part) => `${link("pool", { of, from, state, find, part: String(part) })}#addresses`,
    })
  }
</section>`;
}

const ROW_TONES: Readonly<Record<AddressRow["state"], "good" | "bad" | "warn" | "off" | "calm">> = {
  used: "good",
  held: "calm",
  conflict: "bad",
  excluded: "off",
  reserved: "off",
};

function rowsOf(rows: readonly AddressRow[], facts: PoolViewFacts): readonly Html[] {
  const since = sinceOf(facts.history ?? []);
  return rows.map((row) => {
    const { text, state, mac, macAddress, usedBy, until, outside } = row;
    const owner = mac === undefined ? undefined : facts.owners.get(mac);
    const heard = state === "used" ? facts.heard.get(macAddress ?? "") : undefined;
    const key = `${text} ${macAddress ?? ""}`;
    return html`
      <tr>
        <th scope="row"><a class="mono" href="${link("why", { of: text })}">${text}</a></th>
        <td>${badge(ROW_TONES[state], STATE_NAMES[state])}${outside
          ? html`
            <span class="faint">outside the range</span>
          `
          : ""}</td>
        <td>${whom(row, owner)}${usedBy === undefined ? "" : html`
          <span class="quiet">used by ${usedBy}</span>
        `}</td>
        <td class="wide">${until !== undefined
          ? html`ends ${ago(until, facts.now)}`
          : since.has(key)
          ? ago(since.get(key), facts.now)
          : unknownOf(row)}</td>
        <td class="wide">${heard === undefined ? unknownOf(row) : heardText(heard, facts.now)}</td>
      </tr>
    `;
  });
}

function whom({ state, macAddress }: AddressRow, owner: ReturnType<Owners["get"]>): Html | string {
  if (macAddress === undefined) return "";
  const had = state === "used" ? "" : html`<span class="faint">had by </span>`;
  const name = owner?.vm ?? owner?.config;
  if (name === undefined) return html`${had}<span class="mono">${macAddress}</span>`;
  return html`
    ${had}<a href="${link("why", { of: name })}">${name}</a>${owner?.reserved === true
      ? html`
        <span class="faint">reserved</span>
      `
      : ""} <span
      class="mono quiet">${macAddress}</span>
  `;
}

/** What stands where something is not known of an address that is in use; of others it is not asked. */
function unknownOf({ state }: AddressRow): Html | "" {
  return state === "used" ? html`<span class="faint">not known</span>` : "";
}

function heardText(heard: ClientHeard, now: number): Html {
  const { asked, answer, at } = heard;
  return html`${ago(at, now)} <span class="quiet">${asked}, ${
    answer === "" ? "no answer" : answer
  }</span>`;
}

/** When each address was given to who has it now. */
function sinceOf(history: readonly RecordChange[]): ReadonlyMap<string, string> {
  const since = new Map<string, string>();
  for (const { event, address, macAddress, at } of history) {
    if (event === "given" || event === "moved" || event === "adopted") {
      since.set(`${address} ${macAddress}`, at);
    }
  }
  return since;
}

function historyPart({ history, now }: PoolViewFacts, query: PoolQuery): Html {
  const head = html`<h2 id="history">What happened</h2>`;
  if (history === undefined) {
    return html`
      <section class="card"
        aria-labelledby="history">${head}<p>No history is kept of this pool.</p></section>
    `;
  }
  const newest = history.toReversed();
  const shown = partOf(newest, { asked: query.past, size: CHANGES });
  return html`<section class="card" id="past" aria-labelledby="history">${head}
${
    newest.length === 0 ? html`<p>Nothing yet.</p>` : html`
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col" class="wide">Why</th>
          </tr>
        </thead>
        <tbody>${shown.rows.map((change) => changeRow(change, now))}</tbody>
      </table>
    `
  }
${
    pager({
      ...shown,
      label: "Parts of the history",
      href: (past) => `${link("pool", { of: query.of, past: String(past) })}#past`,
    })
  }
</section>`;
}

function changeRow(change: RecordChange, now: number): Html {
  const { at, event, address, macAddress, vm, from, why } = change;
  return html`
    <tr>
      <td>${ago(at, now)}</td>
      <th scope="row"><span class="mono">${address}</span> ${event}${from === undefined ? "" : html`
        <span class="quiet">from ${from}</span>
      `}</th>
      <td>${vm === undefined ? "" : html`
        <a href="${link("why", { of: vm })}">${vm}</a>
      `}<span class="mono quiet">${macAddress}</span></td>
      <td class="wide">${why}</td>
    </tr>
  `;
}

/** What stands where a pool is asked for that is not there. */
export function noPool(of: string): View {
  return {
    title: "No such pool",
    status: 404,
    live: html`
      <section class="hero off">
        <h1>There is no IPPool ${of}</h1>
        <p><a href="./">All pools</a></p>
      </section>
    `,
  };
}
