/**
 * Why a NIC has, or has not, its address: the chain as a picture.
 *
 * @module
 */
import type { Chain, Link, LinkState } from "../../core/inspect/chain.ts";
import type { View } from "../html/layout.ts";
import { badge, count, type Html, html, link, sign, type Tone } from "../html/markup.ts";

const TONES: Readonly<Record<LinkState, Tone>> = {
  ok: "good",
  broken: "bad",
  unknown: "warn",
  off: "off",
};

const WORDS: Readonly<Record<LinkState, string>> = {
  ok: "Well",
  broken: "Broken",
  unknown: "Not known",
  off: "Off",
};

const CHAINS = 20;

/** What it shows. */
interface WhyFacts {
  readonly of: string;
  readonly chains: readonly Chain[];
  /** Names of pools that are called so. */
  readonly pools: readonly string[];
  /** Why there is no chain. */
  readonly refusal?: string;
}

/** Makes the view. */
export function whyView({ of, chains, pools, refusal = "" }: WhyFacts): View {
  const found = chains.length > 0 || pools.length > 0;
  return {
    title: of === "" ? "Search" : `Why ${of}?`,
    section: "search",
    search: of,
    status: found ? 200 : 404,
    live: html`${found ? "" : nothing(refusal)}${
      chains.length > 1 ? html`<h1>${count(chains.length, "NIC")} for ${of}</h1>` : ""
    }${
      chains.slice(0, CHAINS).map((chain, index) =>
        chainPart(chain, { index, alone: chains.length === 1 })
      )
    }${
      chains.length > CHAINS
        ? html`<p class="quiet">and ${
          count(chains.length - CHAINS, "more NIC")
        }: say more of the name</p>`
        : ""
    }${poolsPart({ of, chains, pools })}`,
  };
}

/** Pools that are called so: whoever types a pool's name wants to see it. */
function poolsPart({ of, chains, pools }: WhyFacts): Html | "" {
  if (pools.length === 0) return "";
  const text = `${pools.length === 1 ? "The pool" : "Pools"} of the name ${of}`;
  const heading = chains.length === 0
    ? html`<h1 id="pools">${text}</h1>`
    : html`<h2 id="pools">${text}</h2>`;
  return html`<section class="card" aria-labelledby="pools">${heading}<ul>${
    pools.map((name) => html`<li><a href="${link("pool", { of: name })}">${name}</a></li>`)
  }</ul></section>`;
}

function nothing(refusal: string): Html {
  return html`
    <section class="hero off">
      <h1>Nothing to explain</h1>
      <p>${refusal}.</p>
      <p
        class="quiet">Asked for can be a VM, a VirtualMachineNetworkConfig, a MAC address or an IP address; names may be written with their namespace: <code>default/web</code>.</p>
    </section>
  `;
}

function chainPart(
  { subject, state, verdict, todo, links }: Chain,
  { index, alone }: { readonly index: number; readonly alone: boolean },
): Html {
  const heading = alone
    ? html`<h1 id="chain-0">${sign(TONES[state])}${subject}</h1>`
    : html`<h2 id="chain-${index}">${sign(TONES[state])}${subject}</h2>`;
  return html`<section class="hero ${TONES[state]}" aria-labelledby="chain-${index}">
${heading}<p class="verdict">${verdict}</p>${
    todo === undefined ? "" : html`<p class="todo"><strong>What to do:</strong> ${todo}</p>`
  }
<ol class="chain">${links.map(linkPart)}</ol></section>`;
}

function linkPart({ kind, name, state, reason, says, todo }: Link): Html {
  return html`
    <li class="${TONES[state]}">
      <div class="node">${sign(TONES[state])}</div>
      <div
        class="said"><p class="line"><span class="kind">${kind}</span> ${nameLink(
          kind,
          name,
        )}${state === "ok"
          ? html`<span class="hidden"> ${WORDS[state]}</span>`
          : badge(TONES[state], WORDS[state])}${reason === undefined ? "" : html`
          <code>${reason}</code>
        `}</p><p>${says}</p>${todo === undefined ? "" : html`<p class="quiet">${todo}</p>`}</div>
    </li>
  `;
}

function nameLink(kind: Link["kind"], name: string): Html | string {
  if (kind !== "Pool" || !name.includes("/")) {
    return html`
      <strong>${name}</strong>
    `;
  }
  return html`
    <a href="${link("pool", { of: name })}">${name}</a>
  `;
}
