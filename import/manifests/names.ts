/**
 * Names of objects.
 *
 * @module
 */
import { formatCidr, formatIPv4 } from "../../core/net/mod.ts";
import { FlagError } from "../../runtime/flags.ts";
import type { DraftPool } from "../source/draft.ts";

/** A name for a network: of the subnet that is given, else of the next one that has none. */
export interface NetworkOption {
  readonly cidr?: string;
  readonly name: string;
}

const MAX_NAME = 63;

/** Names of which each is given once. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** The number that was last put behind a name. */
  readonly #numbers = new Map<string, number>();

  /** A name like this one that an object can have: lower case, digits, dashes and dots, at most 63 characters. */
  take(wanted: string): string {
    const name = objectName(wanted);
    let given = name;
    let number = this.#numbers.get(name) ?? 1;
    while (this.#taken.has(given)) {
      number++;
      given = `${name.slice(0, MAX_NAME - `-${number}`.length)}-${number}`;
    }
    this.#numbers.set(name, number);
    this.#taken.add(given);
    return given;
  }
}

/** Nearest name that an object can have. */
function objectName(text: string): string {
  const name = text.toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/\.+/g, ".")
    .split(".").map((label) => label.replace(/^-+|-+$/g, "")).filter((label) => label !== "").join(
      ".",
    )
    .slice(0, MAX_NAME).replace(/[-.]+$/, "");
  return name === "" ? "unnamed" : name;
}

/**
 * The name of each pool's network, with its namespace.
 *
 * @throws {FlagError} where a name is for a subnet that there is not.
 */
export function networkNames(
  pools: readonly DraftPool[],
  { namespace, networks }: {
    readonly namespace: string;
    readonly networks: readonly NetworkOption[];
  },
): readonly string[] {
  const cidrs = pools.map(({ cidr }) => formatCidr(cidr));
  const subnets = cidrs.join(", ") || "none";
  const unmet = networks.filter(({ cidr }) => cidr !== undefined && !cidrs.includes(cidr));
  if (unmet.length > 0) {
    throw new FlagError(
      unmet.map(({ cidr, name }) =>
        `Cannot use --network "${cidr}=${name}": the subnets of the file are ${subnets}`
      ),
    );
  }
  const next = networks.filter(({ cidr }) => cidr === undefined);
  const named = cidrs.map((cidr) => networks.find((one) => one.cidr === cidr) ?? next.shift());
  if (next.length > 0) {
    throw new FlagError(
      next.map(({ name }) =>
        `Cannot use --network "${name}": no subnet of the file is left for it: ${subnets}`
      ),
    );
  }
  return pools.map(({ cidr }, index) => {
    const name = named[index]?.name ?? `net-${formatIPv4(cidr.network).replaceAll(".", "-")}`;
    return name.includes("/") ? name : `${namespace}/${name}`;
  });
}

/** Whether a text is the name of an object. */
export function isObjectName(text: string): boolean {
  return text !== "" && objectName(text) === text;
}
