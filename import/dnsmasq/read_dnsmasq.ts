/**
 * Reads what a `dnsmasq.conf` says.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { type Cidr, cidrContains, formatCidr, readIPv4 } from "../../core/net/mod.ts";
import { ALWAYS, type Condition } from "../boot/condition.ts";
import { ValueError } from "../options/option_value.ts";
import { type FieldName, nearest, type Setting } from "../options/setting.ts";
import type { Draft, DraftHost, DraftPool, DraftRange } from "../source/draft.ts";
import type { SourceFiles } from "../source/files.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { Domains } from "./domains.ts";
import { dnsmasqLines } from "./dnsmasq_files.ts";
import { dnsmasqOption } from "./dnsmasq_options.ts";
import type { Line } from "./parse_dnsmasq.ts";
import { type DnsmasqHost, dnsmasqHost, type DnsmasqRange, rangeOf } from "./ranges.ts";
import { Tags, type Untagged, untagged } from "./tags.ts";
import { noPlaceFor } from "./no_place.ts";

/** What dnsmasq does where the file says nothing. */
const LEASE_TIME = 3_600;
const BOOT_FILE = 67;

interface Entered {
  readonly line: Line;
  readonly statement: Statement;
  readonly tags: Untagged;
}

/** A subnet that is being read. */
interface OpenPool {
  readonly statement: Statement;
  readonly first: DnsmasqRange;
  readonly ranges: DraftRange[];
  readonly tags: Set<string>;
}

/** A machine that is being read. */
interface OpenHost extends DnsmasqHost {
  readonly statement: Statement;
  readonly tags: ReadonlySet<string>;
  readonly asked: Untagged["asked"];
}

/** A setting, and who gets it. */
interface Told {
  readonly setting: Setting;
  readonly asked: Untagged["asked"];
}

/** What a line can be read as. */
type Reading = (entered: Entered) => void;

/**
 * Reads a file and those that it names.
 *
 * @throws {ImportError} where one of them is no `dnsmasq.conf`.
 */
export function readDnsmasq(path: string, files: SourceFiles, ledger: Ledger): Draft {
  return new DnsmasqReader(ledger).draft(dnsmasqLines(path, files));
}

class DnsmasqReader {
  readonly #ledger: Ledger;
  readonly #tags = new Tags();
  readonly #pools: OpenPool[] = [];
  readonly #hosts: OpenHost[] = [];
  readonly #withheld: number[] = [];
  readonly #tagLines: { readonly line: Line; readonly statement: Statement }[] = [];
  readonly #told: Told[] = [];
  readonly #ownAddresses: { readonly address: string; readonly statement: Statement }[] = [];
  readonly #domains: Domains;
  readonly #readings: Readonly<Record<string, Reading>> = {
    "dhcp-range": (entered) => this.#range(entered),
    "dhcp-host": (entered) => this.#host(entered),
    "dhcp-option": (entered) => this.#option(entered),
    "dhcp-option-force": (entered) => this.#option(entered),
    "dhcp-boot": (entered) => this.#boot(entered),
    "dhcp-authoritative": (entered) => this.#field(entered, "authoritative"),
    "dhcp-rapid-commit": (entered) => this.#field(entered, "rapidCommit"),
    "domain": ({ line, statement }) => this.#domains.read(line, statement),
  };

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#domains = new Domains(ledger);
  }

  draft(lines: readonly Line[]): Draft {
    const entered = lines.map((line): Entered => ({
      line,
      statement: this.#ledger.add(line.place, line.text),
      tags: untagged(line),
    }));
    const rest = entered.filter(({ line, statement }) => {
      if (line.name === "listen-address") return !this.#listens(line, statement);
      const isTag = this.#tags.define(line);
      if (isTag) this.#tagLines.push({ line, statement });
      return !isTag;
    });
    for (const one of rest) {
      if (!this.#tags.derive(one.line)) this.#read(one);
      else this.#ledger.say(one.statement);
    }
    const pools = this.#pools.map((pool) => this.#pool(pool));
    const hosts = this.#hosts.flatMap((host) => this.#machines(host));
    this.#unmet();
    return { pools, hosts, withheld: this.#withheld };
  }

  #read(entered: Entered): void {
    const { line: { name }, statement } = entered;
    const reading = Object.hasOwn(this.#readings, name) ? this.#readings[name] : undefined;
    if (reading === undefined) return this.#ledger.note(statement, noPlaceFor(name));
    try {
      reading(entered);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#ledger.note(statement, errorText(error));
    }
  }

  #listens({ parts }: Line, statement: Statement): boolean {
    const addresses = parts.map(({ text }) => text).filter((text) => readIPv4(text) >= 0);
    for (const address of addresses) this.#ownAddresses.push({ address, statement });
    if (addresses.length === 0) this.#ledger.note(statement, "an IPv4 address is wanted");
    return true;
  }

  #range({ statement, tags }: Entered): void {
    const read = rangeOf(tags.parts);
    if (typeof read === "string") return this.#ledger.note(statement, read);
    this.#tags.give(tags.set, "network");
    if (tags.asked.length > 0) {
      this.#ledger.note(statement, "not only clients with its tag get addresses of the range here");
    }
    const { cidr, range, isGuess } = read;
    let pool = this.#pools.find(({ first }) => formatCidr(first.cidr) === formatCidr(cidr));
    if (pool === undefined) {
      pool = { statement, first: read, ranges: [], tags: new Set() };
      this.#pools.push(pool);
    } else if (pool.first.leaseTime !== read.leaseTime) {
      this.#ledger.note(statement, "the lease time is that of the subnet's first range");
    }
    if (isGuess) {
      this.#ledger.note(
        statement,
        `the netmask is that of the interface there; ${formatCidr(cidr)} is a guess`,
      );
    }
    for (const tag of tags.set) pool.tags.add(tag);
    if (range !== undefined) pool.ranges.push({ ...range, statement });
    else this.#ledger.say(statement);
  }

  #host({ statement, tags }: Entered): void {
    const host = dnsmasqHost(tags.parts);
    this.#tags.give(tags.set, "host");
    if (host.isIgnored) {
      return this.#ledger.note(
        statement,
        "a VM is left without an address by an annotation of its own",
      );
    }
    if (host.macs.length === 0) {
      this.#withheld.push(...[host.address ?? []].flat());
      return this.#ledger.note(statement, "a machine is known by its MAC address, and it has none");
    }
    if (host.others.length > 0) {
      this.#ledger.note(
        statement,
        `a machine is known by its MAC address, not by ${host.others.join(", ")}`,
      );
    }
    if (host.replaced.length > 0) {
      const others = host.replaced.join(", ");
      this.#ledger.note(statement, `the address that is said last counts; left out: ${others}`);
    }
    this.#hosts.push({ ...host, statement, tags: new Set(tags.set), asked: tags.asked });
  }

  #option({ line, statement, tags }: Entered): void {
    const setting = dnsmasqOption(tags.parts, {
      statement,
      always: line.name === "dhcp-option-force",
      own: this.#ownAddresses[0]?.address,
    });
    this.#told.push({ setting, asked: tags.asked });
  }

  #boot({ statement, tags: { asked, parts } }: Entered): void {
    const [file = "", server = "", address = ""] = parts.map(({ text }) => text);
    const tell = (field: "bootFileName" | "tftpServerName" | "nextServer", value: string) =>
      this.#told.push({ setting: { kind: "field", field, value, statement }, asked });
    if (file === "") throw new ValueError("the name of a boot file is wanted");
    tell("bootFileName", file);
    // A line counts as a whole: what it does not say is not taken from another one.
    const isUrl = /^[a-z]+:\/\//.test(file);
    if (server !== "" || !isUrl) tell("tftpServerName", server);
    const own = this.#ownAddresses[0]?.address;
    const named = readIPv4(address) > 0 ? address : address === "" ? own : undefined;
    if (address === "" && isUrl) return;
    tell("nextServer", named ?? "");
    if (named !== undefined) return;
    this.#ledger.note(
      statement,
      address === ""
        ? "dnsmasq itself is the boot server there; nextServer says another one's address"
        : `an address is wanted, not a name: ${address}`,
    );
  }

  #field({ statement }: Entered, field: "authoritative" | "rapidCommit"): void {
    this.#told.push({ setting: { kind: "field", field, value: true, statement }, asked: [] });
  }

  #pool({ statement, first, ranges, tags }: OpenPool): DraftPool {
    const { cidr } = first;
    const heard = this.#told.flatMap(({ setting, asked }) => {
      const { condition, ofHosts } = this.#tags.audience(asked, { network: tags, host: new Set() });
      return condition === undefined || ofHosts
        ? []
        : this.#under(setting, condition, asked.length > 0);
    });
    // dnsmasq names itself as router where no line does; its address stays that of the router.
    const itself = this.#serverOf(cidr);
    const routers = itself.flatMap((one): readonly Setting[] =>
      one.kind === "field"
        ? [{ ...one, kind: "option", code: 3, value: { type: "ipv4", texts: [String(one.value)] } }]
        : []
    );
    const own = [...this.#domains.ofPool({ cidr, ranges }), ...itself, ...routers];
    const field = (
      name: "leaseTime" | "honourRequestedLeaseTime",
      value: number | boolean,
    ): Setting => ({
      kind: "field",
      ...{ field: name, value, statement },
    });
    const defaults: Setting[] = [
      field("leaseTime", first.leaseTime ?? LEASE_TIME),
      // A client gets no longer lease than this, and a shorter one where it asks for it.
      field("honourRequestedLeaseTime", true),
      ...this.#broadcastOf(first, statement),
    ];
    const said = (tagged: boolean): readonly Setting[] =>
      heard.flatMap((one) =>
        one.tagged === tagged && one.setting.kind !== "boot" ? [one.setting] : []
      );
    // Of boot files, the last one that is said goes first.
    const boots = heard.flatMap(({ setting }) => setting.kind === "boot" ? [setting] : [])
      .reverse();
    const settings = [...nearest([said(true), [...own, ...said(false)], defaults]), ...boots];
    this.#warnOfOwn({ statement, settings });
    return { statement, cidr, ranges, settings };
  }

  #broadcastOf({ broadcast }: DnsmasqRange, statement: Statement): readonly Setting[] {
    if (broadcast === undefined) return [];
    const value = { type: "ipv4", texts: [broadcast] } as const;
    return [{ kind: "option", code: 28, value, statement }];
  }

  #serverOf(cidr: Cidr): readonly Setting[] {
    return this.#ownAddresses.filter(({ address }) => cidrContains(cidr, readIPv4(address)))
      .map(({ address, statement }): Setting => ({
        kind: "field",
        ...{ field: "serverIP", value: address, statement },
      }));
  }

  /** What dnsmasq tells its clients unless a line says otherwise. */
  #warnOfOwn(
    { statement, settings }: {
      readonly statement: Statement;
      readonly settings: readonly Setting[];
    },
  ): void {
    for (const [code, field] of [[3, "router"], [6, "dns"]] as const) {
      if (settings.some((one) => one.kind === "option" && one.code === code)) continue;
      this.#ledger.note(
        statement,
        `dnsmasq names itself as ${field} there; write ${field} if it is to stay`,
      );
    }
  }

  #under(
    setting: Setting,
    condition: Condition,
    tagged: boolean,
  ): readonly { readonly setting: Setting; readonly tagged: boolean }[] {
    if (condition === ALWAYS) return [{ setting, tagged }];
    const { statement } = setting;
    const isFile = setting.kind === "field" && setting.field === "bootFileName";
    const fileName = isFile
      ? String(setting.value)
      : setting.kind === "option" && setting.code === BOOT_FILE
      ? setting.value?.texts.join("")
      : undefined;
    if (fileName !== undefined) {
      return [{
        setting: { kind: "boot", branch: { statement, condition, fileName }, statement },
        tagged,
      }];
    }
    if (setting.kind === "field" && isBootServer(setting.field)) {
      return this.#bootServer(setting);
    }
    this.#ledger.note(statement, "it depends on what the client is, and only boot files can");
    return [];
  }

  /** A boot server under a condition: everybody's where no line says another one. */
  #bootServer(
    setting: Extract<Setting, { readonly kind: "field" }>,
  ): readonly { readonly setting: Setting; readonly tagged: boolean }[] {
    const { field, value, statement } = setting;
    const said = this.#told.filter((one) =>
      one.setting.kind === "field" && one.setting.field === field
    ).map(({ setting: { kind, ...one }, asked }) => ({
      value: kind === "field" && "value" in one ? one.value : "",
      isForAll: asked.length === 0,
    }));
    const isShared = said.every((one) => one.value === value);
    if (isShared && (value === "" || said.some(({ isForAll }) => isForAll))) return [];
    const one = said.some(({ isForAll }) => isForAll)
      ? "that of another line"
      : "they are told none";
    const who = isShared ? "others are told this one, too" : one;
    this.#ledger.note(statement, `there is one ${field}, for all clients: ${who}`);
    return isShared ? [{ setting, tagged: false }] : [];
  }

  #machines(host: OpenHost): readonly DraftHost[] {
    const { macs, address, name, leaseTime, statement, tags, asked } = host;
    const unset = asked.find((one) => !one.not && !this.#tags.isKnown(one.name));
    if (unset !== undefined) {
      this.#withheld.push(...[address ?? []].flat());
      this.#ledger.note(statement, `nothing here sets the tag ${unset.name}`);
      return [];
    }
    if (asked.length > 0) {
      const names = asked.map((one) => one.name).join(", ");
      this.#ledger.note(statement, `the reservation counts here whatever the tag: ${names}`);
    }
    const options = this.#told.flatMap(({ setting, asked }) => {
      if (!this.#tags.isForHosts(asked)) return [];
      const { condition } = this.#tags.audience(asked, { network: new Set(), host: tags });
      if (condition === undefined) return [];
      return this.#under(setting, condition, true).map((one) => one.setting);
    });
    const settings = [...this.#domains.ofAddress(address), ...options];
    const lease: Setting[] = leaseTime === undefined
      ? []
      : [{ kind: "field", field: "leaseTime", value: leaseTime, statement }];
    return macs.map((mac) => ({
      ...{ statement, statements: [], name, mac },
      addresses: address === undefined ? [] : [address],
      settings: nearest([settings, lease]),
      ...(name !== "" && { isToldName: true }),
    }));
  }

  /** Comments for tags that nothing sets, and for clients that nothing is said of. */
  #unmet(): void {
    for (const { setting, asked } of this.#told) {
      const tag = asked.find(({ name, not }) => !not && !this.#tags.isKnown(name));
      if (tag !== undefined) {
        this.#ledger.note(setting.statement, `nothing here sets the tag ${tag.name}`);
      }
    }
    const asked = new Set(this.#told.flatMap((one) => one.asked.map(({ name }) => name)));
    for (const { line, statement } of this.#tagLines) {
      const { set, parts, asked: old } = untagged(line);
      const tag = set[0] ?? old[0]?.name ?? parts[0]?.text ?? "";
      if (asked.has(tag)) this.#ledger.say(statement);
      else this.#ledger.note(statement, `nothing that is said here asks for the tag ${tag}`);
    }
  }
}

function isBootServer(field: FieldName): boolean {
  return field === "nextServer" || field === "tftpServerName";
}
