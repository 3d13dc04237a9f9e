/**
 * Turns settings into the fields of a pool, or of one machine.
 *
 * @module
 */
import type { CustomSuboption, VendorOption } from "../../core/api/client_options.ts";
import type { IPv4Config } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import { planBootFiles } from "../boot/boot_files.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import {
  addressesOf,
  hexOctets,
  numberOf,
  type OptionValue,
  routesOf,
  textOf,
  ValueError,
} from "./option_value.ts";
import { type Setting, written } from "./setting.ts";

/** Fields of a configuration, and the statements that each is made of. */
export interface ConfigFields {
  readonly fields: Partial<Record<keyof IPv4Config, unknown>>;
  readonly sources: ReadonlyMap<string, readonly Statement[]>;
}

/** Fields of a pool that a single machine has not. */
const POOL_ONLY: ReadonlySet<string> = new Set([
  "serverIP",
  "maxLeaseTime",
  "honourRequestedLeaseTime",
  "hostnames",
  "authoritative",
  "bootp",
  "rapidCommit",
]);
const MAX_DNS = 3;
const MAX_NTP = 4;

/** Options that a machine can be without though its network has them: what says so. */
const EMPTY: ReadonlyMap<number, readonly [field: keyof IPv4Config, value: "" | readonly []]> =
  new Map([
    [3, ["router", ""]],
    [6, ["dns", []]],
    [15, ["domainName", ""]],
    [42, ["ntp", []]],
    [66, ["tftpServerName", ""]],
    [67, ["bootFileName", ""]],
    [114, ["captivePortal", ""]],
    [119, ["domainSearch", []]],
    [121, ["routes", []]],
    [252, ["wpad", ""]],
  ]);

/** Options that have no place among the generic ones, and why. */
const NOT_SENT: ReadonlyMap<number, string> = new Map([
  [1, "the subnet mask follows from cidr"],
  [12, "clients are told the names of their VMs (hostnames)"],
  [54, "the server's address is serverIP"],
  [81, "the server answers it by itself (hostnames)"],
  ...[0, 50, 52, 53, 55, 56, 57, 60, 61, 77, 80, 82, 90, 93, 94, 97, 116, 118, 124, 255].map((
    code,
  ) => [code, `the server sets option ${code} by itself`] as const),
]);

/** Makes fields of settings; `about` is the pool or the machine that has them. */
export class FieldMaker {
  readonly #ledger: Ledger;
  readonly #about: object;
  readonly #isPool: boolean;
  readonly #fields: Record<string, unknown> = {};
  readonly #sources = new Map<string, Statement[]>();
  readonly #generic = new Map<number, Record<string, unknown>>();
  /** Options without a value, which have sub-options or nothing. */
  readonly #empty = new Map<number, Statement>();
  readonly #vendor: VendorOption[] = [];

  constructor(
    ledger: Ledger,
    { about, isPool }: { readonly about: object; readonly isPool: boolean },
  ) {
    this.#ledger = ledger;
    this.#about = about;
    this.#isPool = isPool;
  }

  /** The fields that the settings say; comments for the rest. */
  make(settings: readonly Setting[]): ConfigFields {
    for (const setting of settings) {
      try {
        this.#apply(setting);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        this.#note(setting.statement, errorText(error));
      }
    }
    const options = [...this.#generic.values()].filter((one) =>
      "value" in one || "suboptions" in one
    );
    for (const [code, statement] of this.#empty) {
      if (!options.some((one) => one["code"] === code)) {
        this.#note(statement, `option ${code} has no octets, and an option here has a value`);
      } else this.#said("options", statement);
    }
    if (options.length > 0) {
      this.#fields["options"] = options.toSorted((a, b) => Number(a["code"]) - Number(b["code"]));
    }
    if (this.#vendor.length > 0) this.#fields["vendorOptions"] = this.#vendor;
    this.#boot(settings);
    return { fields: this.#fields, sources: this.#sources };
  }

  #apply(setting: Setting): void {
    const { statement } = setting;
    switch (setting.kind) {
      case "option":
        if (setting.value === undefined) return this.#unsend(setting.code, statement);
        for (const reason of setting.value.leftOut ?? []) {
          this.#note(statement, `left out: ${reason}`);
        }
        return this.#option(setting.code, setting.value, setting);
      case "suboption": {
        const { option: code, value } = setting;
        const option = this.#generic.get(code) ?? { code };
        if ("value" in option) {
          return this.#note(statement, `option ${code} is said as a whole, too; that counts`);
        }
        const suboptions = option["suboptions"] as readonly CustomSuboption[] | undefined ?? [];
        const added = { code: setting.code, ...written(value) };
        this.#generic.set(code, { ...option, suboptions: [...suboptions, added] });
        return this.#said("options", statement);
      }
      case "vendor":
        this.#vendor.push({
          enterprise: setting.enterprise,
          code: setting.code,
          ...written(setting.value),
        });
        return this.#said("vendorOptions", statement);
      case "field":
        return this.#set(setting.field, setting.value, statement);
      case "boot":
        return undefined;
    }
  }

  #boot(settings: readonly Setting[]): void {
    const branches = settings.flatMap((one) => one.kind === "boot" ? [one.branch] : []);
    if (branches.length === 0) return;
    const fallback = this.#fields["bootFileName"] as string | undefined;
    const { bootFiles, said, problems } = planBootFiles(branches, fallback);
    const rows = bootFiles.filter((row) => Object.keys(row).length > 1);
    const last = bootFiles.find((row) => Object.keys(row).length === 1);
    if (rows.length > 0) this.#fields["bootFiles"] = rows;
    if (last !== undefined) this.#fields["bootFileName"] = last.fileName;
    for (const statement of said) {
      this.#said(rows.length > 0 ? "bootFiles" : "bootFileName", statement);
    }
    for (const { statement, reason } of problems) this.#note(statement, reason);
  }

  /** An option that a nearer scope takes away. */
  #unsend(code: number, statement: Statement): void {
    if (!this.#isPool) {
      const field = EMPTY.get(code);
      if (field !== undefined) return this.#set(field[0], field[1], statement);
      this.#note(statement, "a reservation cannot take this option away");
    } else if (code === 3 || code === 6) this.#note(statement, "left out of the pool, as is said");
    else this.#note(statement, "the pool does not send it unless a field says so");
  }

  #option(code: number, value: OptionValue, { statement, always }: {
    readonly statement: Statement;
    readonly always?: boolean;
  }): void {
    const reason = NOT_SENT.get(code);
    if (reason !== undefined) return this.#note(statement, reason);
    const set = (field: keyof IPv4Config, it: unknown) => this.#set(field, it, statement);
    switch (code) {
      case 3: {
        const [router, ...others] = addressesOf(value);
        if (others.length > 0) {
          this.#note(statement, `there is one router; left out: ${others.join(", ")}`);
        }
        return set("router", router);
      }
      case 6:
        return set("dns", this.#atMost(MAX_DNS, addressesOf(value), statement));
      case 15:
        return set("domainName", textOf(value));
      case 26:
        return set("mtu", numberOf(value));
      case 28:
        return set("broadcast", addressesOf(value)[0]);
      case 42: {
        const servers = value.type === "fqdn" || value.type === "text"
          ? value.texts
          : addressesOf(value);
        return set("ntp", this.#atMost(MAX_NTP, servers, statement));
      }
      case 51:
        return set("leaseTime", numberOf(value));
      case 58:
        return set("renewalTime", numberOf(value));
      case 59:
        return set("rebindingTime", numberOf(value));
      case 66:
        return set("tftpServerName", textOf(value));
      case 67:
        return set("bootFileName", textOf(value));
      case 100:
      case 101: {
        const timezone = this.#fields["timezone"] as object | undefined;
        return set("timezone", { ...timezone, [code === 100 ? "posix" : "tzdb"]: textOf(value) });
      }
      case 108:
        return set("ipv6OnlyPreferred", numberOf(value));
      case 114:
        return set("captivePortal", textOf(value));
      case 119:
        return set("domainSearch", value.type === "hex" ? domainsOf(value) : value.texts);
      case 121:
        return set("routes", routesOf(value));
      case 249:
        if (this.#fields["routes"] === undefined) return set("routes", routesOf(value));
        return this.#note(
          statement,
          "it says the same as option 121 (routes), for who asks for it",
        );
      case 125:
        return this.#note(statement, "as octets it cannot be said: it is made of vendorOptions");
      case 252:
        return set("wpad", textOf(value));
    }
    if (value.type === "hex" && value.texts.join("") === "") {
      // As Kea asks for its sub-options to be sent.
      const before = this.#generic.get(code) ?? { code };
      this.#generic.set(code, { ...before, ...(always === true && { always }) });
      this.#empty.set(code, statement);
      return;
    }
    if (this.#generic.get(code)?.["suboptions"] !== undefined) {
      this.#note(statement, `sub-options of option ${code} are said, too; they are left out`);
    }
    this.#generic.set(code, { code, ...written(value), ...(always === true && { always }) });
    this.#said("options", statement);
  }

  #atMost(most: number, list: readonly string[], statement: Statement): readonly string[] {
    const others = list.slice(most);
    if (others.length > 0) {
      this.#note(statement, `there are at most ${most}; left out: ${others.join(", ")}`);
    }
    return list.slice(0, most);
  }

  #set(field: keyof IPv4Config, value: unknown, statement: Statement): void {
    if (!this.#isPool && POOL_ONLY.has(field)) {
      return this.#note(statement, `a pool says ${field}, a single machine cannot`);
    }
    if (this.#isPool && value === "") return this.#ledger.say(statement);
    const said = this.#fields[field];
    if (said !== undefined && field !== "timezone") {
      // The nearest scope comes first.
      const same = JSON.stringify(said) === JSON.stringify(value);
      return this.#note(statement, `${field} is said ${same ? "" : "otherwise "}by another line`);
    }
    this.#fields[field] = value;
    this.#said(field, statement);
  }

  #said(field: string, statement: Statement): void {
    this.#ledger.say(statement);
    const statements = this.#sources.get(field) ?? [];
    this.#sources.set(field, [...statements, statement]);
  }

  #note(statement: Statement, reason: string): void {
    this.#ledger.note(statement, reason, this.#about);
  }
}

/** Names as option 119 packs them, without its compression. */
function domainsOf(value: OptionValue): readonly string[] {
  const octets = value.texts.flatMap(hexOctets);
  const names: string[] = [];
  let labels: string[] = [];
  for (let at = 0; at < octets.length;) {
    const length = octets[at] ?? 0;
    if (length > 63 || at + length >= octets.length) {
      throw new ValueError("domain names are wanted");
    }
    if (length === 0) names.push(labels.splice(0).join("."));
    else labels = [...labels, String.fromCharCode(...octets.slice(at + 1, at + 1 + length))];
    at += length + 1;
  }
  return names;
}
