/**
 * The domains of a `dnsmasq.conf`: of all addresses, or of some.
 *
 * @module
 */
import type { AddressRange, Cidr } from "../../core/net/mod.ts";
import { ValueError } from "../options/option_value.ts";
import type { Setting } from "../options/setting.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import type { Line } from "./parse_dnsmasq.ts";
import { scopeOf } from "./ranges.ts";

interface Domain {
  /** `undefined`: all addresses. */
  readonly scope: AddressRange | undefined;
  readonly setting: Setting;
}

/** The domains of one file. */
export class Domains {
  readonly #ledger: Ledger;
  readonly #domains: Domain[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Reads `domain=NAME[,ADDRESSES]`.
   *
   * @throws {ValueError} where it cannot be read.
   */
  read({ parts }: Line, statement: Statement): void {
    const [name = "", ...others] = parts.map(({ text }) => text);
    if (name === "#" || name === "") throw new ValueError("the name of a domain is wanted");
    const addresses = others.filter((text) => text !== "local").join();
    const scope = addresses === "" ? undefined : scopeOf(addresses);
    if (addresses !== "" && scope === undefined) {
      throw new ValueError(`addresses are wanted: ${addresses}`);
    }
    const value = { type: "text", texts: [name] } as const;
    this.#domains.push({ scope, setting: { kind: "option", code: 15, value, statement } });
  }

  /** Those that all addresses of a pool have, the one that counts last. */
  ofPool(
    { cidr, ranges }: { readonly cidr: Cidr; readonly ranges: readonly AddressRange[] },
  ): readonly Setting[] {
    const all = ranges.length > 0 ? ranges : [{ start: cidr.firstUsable, end: cidr.lastUsable }];
    const general = this.#domains.filter(({ scope }) => scope === undefined);
    const scoped = this.#domains.filter(({ scope, setting: { statement } }) => {
      if (scope === undefined) return false;
      const { start, end } = scope;
      const isWhole = all.every((one) => one.start >= start && one.end <= end);
      if (!isWhole && all.some((one) => one.start <= end && one.end >= start)) {
        this.#ledger.note(statement, "only some addresses of the pool have it there");
      }
      return isWhole;
    });
    return [...general, ...scoped].map(({ setting }) => setting);
  }

  /** Those that single addresses have, among them this one. */
  ofAddress(address: number | undefined): readonly Setting[] {
    return this.#domains.flatMap(({ scope, setting }) =>
      address !== undefined && scope !== undefined && address >= scope.start &&
        address <= scope.end
        ? [setting]
        : []
    );
  }
}
