/**
 * The tags of a `dnsmasq.conf`: who has them, and what depends on them.
 *
 * @module
 */
import { ALWAYS, type Condition, IPXE } from "../boot/condition.ts";
import { standardOption } from "../options/standard_options.ts";
import type { Line, Part } from "./parse_dnsmasq.ts";

/** A tag that a line asks for. */
interface AskedTag {
  readonly name: string;
  /** Whether it must not be there. */
  readonly not: boolean;
}

/** A line without what it says of tags. */
export interface Untagged {
  readonly asked: readonly AskedTag[];
  readonly set: readonly string[];
  readonly parts: readonly Part[];
}

/** Takes the tags off a line. */
export function untagged({ name: option, parts }: Pick<Line, "name" | "parts">): Untagged {
  const asked: AskedTag[] = [];
  const set: string[] = [];
  const others = parts.filter(({ text, quoted }) => {
    const [, word, not, name = ""] = quoted ? [] : /^(tag|set|net):([!#]?)(.*)$/.exec(text) ?? [];
    if (word === undefined) return true;
    if (word === "set" || word === "net" && option === "dhcp-host") set.push(name);
    else asked.push({ name, not: not !== "" });
    return false;
  });
  return { asked, set, parts: others };
}

/** Who a line is for. */
interface Audience {
  /** What a client must be, beside being on the network; `undefined`: none of the network is meant. */
  readonly condition: Condition | undefined;
  /** Whether only some machines with reservations can be meant. */
  readonly ofHosts: boolean;
}

/** The tags of one file. */
export class Tags {
  readonly #conditions = new Map<string, Condition>();
  readonly #ofNetworks = new Set<string>();
  readonly #ofHosts = new Set<string>();

  /** A line that gives a tag to clients of a kind; false where it is none. */
  define(line: Line): boolean {
    const { asked, set, parts } = untagged(line);
    // Without `set:` the first part is the tag.
    const [tag = asked[0]?.name ?? parts[0]?.text] = set;
    const rest = set.length + asked.length > 0 ? parts : parts.slice(1);
    const condition = conditionOf(line.name, rest);
    if (condition === undefined || tag === undefined) return false;
    const before = this.#conditions.get(tag);
    this.#conditions.set(
      tag,
      before === undefined ? condition : { is: "some", of: [before, condition] },
    );
    return true;
  }

  /** `tag-if=set:a,tag:b,tag:!c`. */
  derive(line: Line): boolean {
    const { asked, set } = untagged(line);
    if (line.name !== "tag-if" || set.length === 0) return false;
    const { condition } = this.audience(asked, { network: new Set(), host: new Set() });
    for (const tag of condition === undefined ? [] : set) {
      this.#conditions.set(tag, condition ?? ALWAYS);
    }
    return condition !== undefined;
  }

  /** A network or a host has these tags. */
  give(tags: readonly string[], to: "network" | "host"): void {
    for (const tag of tags) (to === "network" ? this.#ofNetworks : this.#ofHosts).add(tag);
  }

  /** Whether anything in the file sets the tag. */
  isKnown(tag: string): boolean {
    return this.#conditions.has(tag) || this.#ofNetworks.has(tag) || this.#ofHosts.has(tag);
  }

  /** Whether a line asks for the tag of single machines. */
  isForHosts(asked: readonly AskedTag[]): boolean {
    return asked.some(({ name, not }) =>
      !not && this.#ofHosts.has(name) && !this.#ofNetworks.has(name)
    );
  }

  /** Who is meant among those that have these tags. */
  audience(
    asked: readonly AskedTag[],
    { network, host }: {
      readonly network: ReadonlySet<string>;
      readonly host: ReadonlySet<string>;
    },
  ): Audience {
    const parts: Condition[] = [];
    let isMeant = true;
    for (const { name, not } of asked) {
      const condition = this.#conditions.get(name);
      const has = network.has(name) || host.has(name);
      if (condition === undefined || has) isMeant &&= has !== not;
      else parts.push(not ? { is: "not", of: condition } : condition);
    }
    const [only = ALWAYS, another] = parts;
    const condition: Condition = another === undefined ? only : { is: "all", of: parts };
    return { condition: isMeant ? condition : undefined, ofHosts: this.isForHosts(asked) };
  }
}

/** Which clients a line gives a tag to. */
function conditionOf(name: string, parts: readonly Part[]): Condition | undefined {
  const [first, second] = parts.map(({ text }) => text);
  const unknown = {
    is: "unknown",
    text: `${name}=${parts.map(({ text }) => text).join()}`,
  } as const;
  switch (name) {
    case "dhcp-userclass":
      return first ? { is: "kind", kind: { userClass: first } } : unknown;
    case "dhcp-vendorclass":
      return first && parts.length === 1 ? { is: "kind", kind: { vendorClass: first } } : unknown;
    case "dhcp-match":
      return matchOf(first ?? "", second) ?? unknown;
    case "dhcp-mac":
    case "dhcp-circuitid":
    case "dhcp-remoteid":
    case "dhcp-subscrid":
    case "dhcp-name-match":
      return unknown;
    default:
      return undefined;
  }
}

function matchOf(option: string, value: string | undefined): Condition | undefined {
  const name = option.replace(/^option:/, "");
  const code = /^\d+$/.test(name) ? Number(name) : standardOption(name)?.code;
  if (code === 175) return IPXE;
  if (value === undefined || value === "") return undefined;
  if (code === 93 && /^(\d{1,5}|0x[0-9a-f]{1,4})$/i.test(value)) {
    return { is: "kind", kind: { architecture: Number(value) } };
  }
  if (code === 77) return { is: "kind", kind: { userClass: value } };
  return code === 60 ? { is: "kind", kind: { vendorClass: value.replace(/\*$/, "") } } : undefined;
}
