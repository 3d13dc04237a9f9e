/**
 * The first view: how the whole is, what to look at, the pools, and who answers.
 *
 * @module
 */
import type { InspectedAgent } from "../../inspect/source.ts";
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
import type { PoolSummary } from "../state/pool_summary.ts";
import type { Health, Problem } from "../state/problems.ts";
import type { Trend } from "../state/trend.ts";
import { sparkline } from "./sparkline.ts";

/** What it shows. */
interface OverviewFacts {
  readonly health: Health;
  readonly agents: readonly InspectedAgent[];
  /** Why what is known may be old or not whole. */
  readonly notReady: readonly string[];
  /** Of the pools of the part that is shown; a pool that is not there has no history. */
  readonly trends: ReadonlyMap<string, Trend>;
  readonly now: number;
}

/** What of it is asked for. */
export interface OverviewQuery {
  readonly part: string | undefined;
  readonly problems: string | undefined;
  /** What the names of pools, networks and subnets that are shown have in them. */
  readonly find: string | undefined;
}

const POOLS = 50;
const PROBLEMS = 12;

/** The pools of the part that is asked for: the broken first, then the fullest. */
export function shownPools(
  { pools }: Health,
  { part, find = "" }: OverviewQuery,
): ReturnType<typeof partOf<PoolSummary>> & { readonly all: number } {
  const words = find.trim().toLowerCase();
  const found = words === ""
    ? pools
    : pools.filter(({ key, network, cidr }) =>
      [key, network, cidr].some((text) => text.toLowerCase().includes(words))
    );
  const sorted = found.toSorted((one, other) =>
    Number(other.broken) - Number(one.broken) || share(other) - share(one) ||
    one.key.localeCompare(other.key)
  );
  return { ...partOf(sorted, { asked: part, size: POOLS }), all: sorted.length };
}

function share({ used, available }: PoolSummary): number {
  return used + available === 0 ? 0 : used / (used + available);
}

/** Makes the view. */
export function overview(facts: OverviewFacts, query: OverviewQuery): View {
  const { health, notReady } = facts;
  return {
    title: health.sentence,
    section: "overview",
    live: html`<section class="hero ${health.tone}" aria-labelledby="health">
<h1 id="health">${sign(health.tone)}${health.sentence}</h1>
${notReady.map((reason) => html`<p class="quiet">What is shown may be old: ${reason}.</p>`)}
${totals(facts)}
</section>
${problemsPart(health.problems, { query, now: facts.now })}
${poolsPart(facts, query)}
${agentsPart(facts)}`,
  };
}

function totals({ health, agents }: OverviewFacts): Html {
  const given = health.pools.reduce((sum, { used }) => sum + used, 0);
  const left = health.pools.reduce((sum, { available }) => sum + available, 0);
  const item = (value: number, name: string) =>
    html`
      <div>
        <dt>${name}</dt>
        <dd>${figure(value)}</dd>
      </div>
    `;
  return html`<dl class="totals">${item(health.pools.length, "Pools")}${
    item(given, "Addresses given")
  }${item(left, "Addresses left")}${item(agents.length, "Leading agents")}</dl>`;
}

function problemsPart(
  problems: readonly Problem[],
  { query, now }: { readonly query: OverviewQuery; readonly now: number },
): Html | "" {
  if (problems.length === 0) return "";
  const shown = partOf(problems, { asked: query.problems, size: PROBLEMS });
  return html`<section class="card" aria-labelledby="problems">
<h2 id="problems">Open problems <span class="count">${figure(problems.length)}</span></h2>
<ul class="problems">${shown.rows.map((problem) => problemRow(problem, now))}</ul>
${
    pager({
      ...shown,
      label: "Parts of the problems",
      href: (part) => link("./", { problems: String(part), part: query.part, find: query.find }),
    })
  }
</section>`;
}

function problemRow({ tone, reason, kind, name, message, since }: Problem, now: number): Html {
  const to = kind === "IPPool" ? link("pool", { of: name }) : link("why", { of: name });
  return html`<li>${
    sign(tone)
  }<div><p class="line"><span class="kind">${kind}</span> <a href="${to}">${name}</a> <code>${reason}</code></p><p>${message}</p>${
    since === undefined ? "" : html`<p class="quiet">${ago(since, now)}</p>`
  }</div></li>`;
}

function poolsPart(facts: OverviewFacts, query: OverviewQuery): Html {
  const { health: { pools } } = facts;
  if (pools.length === 0) {
    return html`
      <section class="card" aria-labelledby="pools">
        <h2 id="pools">Pools</h2>
        <p>An IPPool names a network and the addresses that it may give. Once there is one, it is shown here.</p>
      </section>
    `;
  }
  const shown = shownPools(facts.health, query);
  return html`<section class="card" aria-labelledby="pools">
<div class="bar-head"><h2 id="pools">Pools <span class="count">${figure(shown.all)}</span></h2>
<form class="filter" action="./" method="get"><label class="hidden" for="find">Find a pool by name, network or subnet</label><input id="find" name="find" type="search" maxlength="320" placeholder="Name, network or subnet" value="${
    query.find ?? ""
  }"><button type="submit">Find</button></form></div>
${
    shown.all === 0
      ? html`<p>No pool has "${query.find ?? ""}" in its name, network or subnet.</p>`
      : html`
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Pool</th>
              <th scope="col">State</th>
              <th scope="col">In use</th>
              <th scope="col" class="wide">Last 24 hours</th>
              <th scope="col" class="wider">Subnet</th>
              <th scope="col" class="wider">Answered by</th>
            </tr>
          </thead>
          <tbody>${shown.rows.map((pool) => poolRow(pool, facts))}</tbody>
        </table>
      `
  }
${
    pager({
      ...shown,
      label: "Parts of the pools",
      href: (part) =>
        link("./", { part: String(part), problems: query.problems, find: query.find }),
    })
  }
</section>`;
}

function poolRow(pool: PoolSummary, { trends }: OverviewFacts): Html {
  const { key, state, tone, used, available, cidr, pod } = pool;
  const size = used + available;
  const trend = trends.get(key);
  return html`
    <tr>
      <th scope="row"><a href="${link("pool", { of: key })}">${key}</a></th>
      <td>${badge(tone, state)}</td>
      <td
        class="fill">${fillBar({ used, size })}<span class="number">${figure(
          used,
        )}<span class="faint"> of ${figure(size)}</span></span></td>
      <td class="wide">${trend === undefined
        ? html`<span class="faint">not known</span>`
        : sparkline(trend)}</td>
      <td class="wider mono">${cidr}</td>
      <td class="wider">${pod ?? html`<span class="faint">nobody</span>`}</td>
    </tr>
  `;
}

const AGENTS = 50;

function agentsPart({ agents, now }: OverviewFacts): Html {
  return html`<section class="card" aria-labelledby="agents">
<h2 id="agents">Leading agents <span class="count">${figure(agents.length)}</span></h2>
${
    agents.length === 0 ? html`<p>No agent leads: nobody answers DHCP.</p>` : html`
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Pod</th>
            <th scope="col">Pools</th>
            <th scope="col">Leads since</th>
            <th scope="col" class="wide">Last heard of</th>
            <th scope="col" class="wide">Takeovers</th>
          </tr>
        </thead>
        <tbody>${agents.slice(0, AGENTS).map((agent) => agentRow(agent, now))}</tbody>
      </table>${agents.length > AGENTS
        ? html`<p class="quiet">and ${count(agents.length - AGENTS, "more agent")}</p>`
        : ""}
    `
  }
</section>`;
}

function agentRow(agent: InspectedAgent, now: number): Html {
  const { report, leadsSince, renewedAt, durationSeconds, transitions, lease } = agent;
  const states = Object.values(report.pools);
  const serving = states.filter(({ ready }) => ready).length;
  const silent = renewedAt !== undefined &&
    now - Date.parse(renewedAt) > 3 * durationSeconds * 1000;
  return html`
    <tr>
      <th scope="row">${report.pod.name ?? lease}</th>
      <td>${badge(
        silent ? "bad" : serving === states.length ? "good" : "warn",
        silent ? "Silent" : `${figure(serving)} of ${figure(states.length)} served`,
      )}</td>
      <td>${ago(leadsSince, now)}</td>
      <td class="wide">${ago(renewedAt, now)}</td>
      <td class="wide">${figure(transitions)}</td>
    </tr>
  `;
}
