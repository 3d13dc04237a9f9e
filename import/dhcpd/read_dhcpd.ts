/**
 * Reads what a `dhcpd.conf` says.
 *
 * @module
 */
import {
  AddressError,
  type Cidr,
  cidrContains,
  formatCidr,
  parseCidr,
  readIPv4,
  readMac,
} from "../../core/net/mod.ts";
import { ALWAYS, type Condition } from "../boot/condition.ts";
import { parseCondition } from "../boot/parse_condition.ts";
import { nearest, type Setting } from "../options/setting.ts";
import type { Draft, DraftHost, DraftPool } from "../source/draft.ts";
import { includedFile, type SourceFiles } from "../source/files.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { DhcpdOptions } from "./dhcpd_options.ts";
import { fieldSetting } from "./dhcpd_fields.ts";
import {
  chain,
  type OpenHost,
  type OpenSubnet,
  type Scope,
  scopeIn,
  settingsOf,
  settleNextServers,
  subnetOf,
} from "./dhcpd_scopes.ts";
import { endsBefore, isSign, type Node, nodeText, parseDhcpd, type Token } from "./parse_dhcpd.ts";

/** What ISC dhcpd does where the file says nothing. */
const DEFAULTS = {
  leaseTime: 43_200,
  maxLeaseTime: 86_400,
  honourRequestedLeaseTime: true,
} as const;

/**
 * Reads a file and those that it names.
 *
 * @throws {ImportError} where one of them is no `dhcpd.conf`.
 */
export function readDhcpd(path: string, files: SourceFiles, ledger: Ledger): Draft {
  return new DhcpdReader(files, ledger).draft(path);
}

class DhcpdReader {
  readonly #files: SourceFiles;
  readonly #ledger: Ledger;
  readonly #options: DhcpdOptions;
  readonly #subnets: OpenSubnet[] = [];
  readonly #hosts: OpenHost[] = [];
  readonly #statements = new Map<Node, Statement>();

  constructor(files: SourceFiles, ledger: Ledger) {
    this.#files = files;
    this.#ledger = ledger;
    this.#options = new DhcpdOptions(ledger);
  }

  draft(path: string): Draft {
    const start = { file: path, line: 1, column: 1 };
    const { text } = includedFile(this.#files, {
      name: path.replace(/^.*\//, ""),
      place: start,
      depth: 0,
    });
    const nodes = this.#expand(parseDhcpd(path, text), 0);
    this.#enter(nodes);
    this.#define(nodes);
    const global = scopeIn(undefined, "global");
    this.#read(nodes, global);
    const pools = this.#subnets.map((subnet) => this.#pool(subnet));
    const withheld = this.#hosts.flatMap(({ mac, addresses }) =>
      mac === undefined ? addresses?.all ?? [] : []
    );
    return { pools, hosts: this.#hosts.flatMap((host) => this.#host(host, pools)), withheld };
  }

  /** The nodes with those of the files that they name. */
  #expand(nodes: readonly Node[], depth: number): Node[] {
    return nodes.flatMap((node) => {
      const [word, name] = node.tokens;
      if (isSign(word, "include") && name !== undefined && node.block === undefined) {
        const { path, text } = includedFile(this.#files, {
          name: name.text,
          place: name.place,
          depth,
        });
        return this.#expand(parseDhcpd(path, text), depth + 1);
      }
      return [
        node.block === undefined ? node : { ...node, block: this.#expand(node.block, depth) },
      ];
    });
  }

  #enter(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.#statements.set(node, this.#ledger.add(node.place, nodeText(node)));
      this.#enter(node.block ?? []);
    }
  }

  #statement(node: Node): Statement {
    return this.#statements.get(node) ?? this.#ledger.add(node.place, nodeText(node));
  }

  /** Names count in the whole file. */
  #define(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.#options.define(node, this.#statement(node));
      this.#define(node.block ?? []);
    }
  }

  #read(nodes: readonly Node[], scope: Scope): void {
    let before: Condition[] = [];
    for (const node of nodes) {
      const word = node.tokens[0]?.text.toLowerCase() ?? "";
      if (node.block !== undefined && (word === "if" || word === "elsif" || word === "else")) {
        if (word === "if") before = [];
        before.push(this.#branch(node, { scope, before }));
      } else if (node.block === undefined) this.#line(node, scope);
      else this.#block(node, scope);
    }
    settleNextServers(scope, (statement, reason) => this.#ledger.note(statement, reason));
  }

  /** A branch of an `if`; answers its own condition. */
  #branch(node: Node, { scope, before, around = [] }: {
    readonly scope: Scope;
    readonly before: readonly Condition[];
    readonly around?: readonly Condition[];
  }): Condition {
    const isElseIf = isSign(node.tokens[0], "else") && isSign(node.tokens[1], "if");
    const asked = node.tokens.slice(isElseIf ? 2 : 1);
    const own = asked.length === 0 ? ALWAYS : this.#condition(asked);
    const others = before.map((of): Condition => ({ is: "not", of }));
    this.#under(node, scope, { is: "all", of: [...around, ...others, own] });
    return own;
  }

  #condition(tokens: readonly Token[]): Condition {
    return parseCondition(tokens, {
      optionCode: (name) => this.#options.codeOf(name),
      member: () => undefined,
    });
  }

  /** What holds under a condition: boot files can, the rest cannot. */
  #under(node: Node, scope: Scope, condition: Condition): void {
    const said = scope.branches.length + scope.nextServers.length;
    const conditions: Statement[] = [this.#statement(node)];
    let before: Condition[] = [];
    for (const inner of node.block ?? []) {
      const statement = this.#statement(inner);
      const [word] = inner.tokens;
      const name = word?.text.toLowerCase();
      if (inner.block !== undefined && (name === "if" || name === "elsif" || name === "else")) {
        if (name === "if") before = [];
        before.push(this.#branch(inner, { scope, before, around: [condition] }));
        continue;
      }
      const fileName = this.#bootFile(inner, statement);
      if (fileName !== undefined) scope.branches.unshift({ statement, condition, fileName });
      else if (isSign(word, "next-server")) {
        const setting = fieldSetting(inner, statement, this.#ledger);
        if (setting !== undefined) scope.nextServers.push(setting);
      } else if (isSign(word, "match")) conditions.push(statement);
      else this.#noteAll(inner, "it depends on a condition, and only boot files can");
    }
    for (const one of conditions) {
      if (scope.branches.length + scope.nextServers.length > said) this.#ledger.say(one);
      else this.#ledger.note(one, "without a boot file, a condition says nothing here");
    }
  }

  #bootFile(node: Node, statement: Statement): string | undefined {
    const [word] = node.tokens;
    const setting = isSign(word, "filename")
      ? fieldSetting(node, statement, this.#ledger)
      : isSign(word, "option") && this.#options.codeOf(node.tokens[1]?.text ?? "") === 67
      ? this.#options.setting(node, statement)
      : undefined;
    if (setting?.kind === "field") return String(setting.value);
    return setting?.kind === "option" ? setting.value?.texts.join("") : undefined;
  }

  #line(node: Node, scope: Scope): void {
    const statement = this.#statement(node);
    const [word, second] = node.tokens;
    switch (word?.text.toLowerCase()) {
      case "range":
        return this.#range(node, statement, scope);
      case "hardware":
        return this.#hardware(node, statement, scope);
      case "fixed-address":
        return this.#fixedAddress(node, statement, scope);
      case "option":
      case "vendor-option-space":
        if (isSign(second, "space") || isSign(node.tokens[2], "code") || word?.text !== "option") {
          return;
        }
        return this.#option(node, statement, scope);
      default: {
        const setting = fieldSetting(node, statement, this.#ledger);
        if (setting !== undefined) scope.settings.push(setting);
      }
    }
  }

  #option(node: Node, statement: Statement, scope: Scope): void {
    const setting = this.#options.setting(node, statement);
    if (setting === undefined) return;
    if (scope.host !== undefined && setting.kind === "option" && setting.code === 12) {
      scope.host.told = { statement, name: setting.value?.texts.join("") ?? "" };
    } else scope.settings.push(setting);
  }

  #block(node: Node, scope: Scope): void {
    const statement = this.#statement(node);
    const [word, name] = node.tokens;
    const nodes = node.block ?? [];
    switch (word?.text.toLowerCase()) {
      case "shared-network":
        this.#ledger.note(
          statement,
          "each of its subnets is a network here; one network has one IPPool",
        );
        return this.#read(nodes, scopeIn(scope, "shared"));
      case "group":
        this.#ledger.say(statement);
        return this.#read(nodes, scopeIn(scope, "group"));
      case "subnet": {
        const cidr = cidrOf(node);
        if (cidr === undefined) return this.#noteAll(node, "a subnet and its netmask are wanted");
        const before = this.#subnets.find((one) => formatCidr(one.cidr) === formatCidr(cidr));
        if (before !== undefined) {
          this.#ledger.note(statement, "the subnet is said before; both are one IPPool");
          return this.#read(nodes, before.scope);
        }
        const own = scopeIn(scope, "subnet");
        own.subnet = { statement, cidr, ranges: [], scope: own, pools: [] };
        this.#subnets.push(own.subnet);
        return this.#read(nodes, own);
      }
      case "pool": {
        const own = scopeIn(scope, "pool");
        subnetOf(scope)?.pools.push(own);
        this.#ledger.say(statement);
        return this.#read(nodes, own);
      }
      case "host": {
        const own = scopeIn(scope, "host");
        own.host = { statement, name: name?.text ?? "", scope: own };
        this.#hosts.push(own.host);
        return this.#read(nodes, own);
      }
      case "class":
        return this.#class(node, chain(scope).at(-1) ?? scope);
      default:
        return this.#noteAll(node, "there is no such thing here");
    }
  }

  #class(node: Node, scope: Scope): void {
    const match = (node.block ?? []).find(({ tokens }) => isSign(tokens[0], "match"));
    if (match === undefined || !isSign(match.tokens[1], "if")) {
      return this.#noteAll(node, "classes of single clients have no place here");
    }
    const condition = this.#condition(match.tokens.slice(2));
    this.#under(node, scope, condition);
  }

  #range({ tokens }: Node, statement: Statement, scope: Scope): void {
    const at = isSign(tokens[1], "dynamic-bootp") ? 2 : 1;
    endsBefore(tokens[at + 2]);
    const words = tokens.slice(at).map(({ text }) => text);
    const start = readIPv4(words[0] ?? "");
    const end = words[1] === undefined ? start : readIPv4(words[1]);
    // A pool of a shared network says its ranges without the subnet.
    const subnet = subnetOf(scope) ?? this.#subnets.find(({ cidr }) => cidrContains(cidr, start));
    if (start < 0 || end < 0 || subnet === undefined) {
      return this.#ledger.note(statement, "a range of IPv4 addresses in a subnet is wanted");
    }
    subnet.ranges.push({ start: Math.min(start, end), end: Math.max(start, end), statement });
  }

  #hardware({ tokens }: Node, statement: Statement, scope: Scope): void {
    const { host } = scope;
    endsBefore(tokens[3]);
    const mac = readMac(tokens[2]?.text ?? "");
    if (host === undefined || !isSign(tokens[1], "ethernet") || mac < 0) {
      return this.#ledger.note(statement, "the MAC address of an Ethernet card is wanted");
    }
    host.mac = mac;
    this.#ledger.say(statement);
  }

  #fixedAddress({ tokens }: Node, statement: Statement, scope: Scope): void {
    const { host } = scope;
    endsBefore(tokens.slice(1).find((token, index) => index % 2 === 1 && !isSign(token, ",")));
    const words = tokens.slice(1).map(({ text }) => text).filter((text) => text !== ",");
    const addresses = words.map(readIPv4);
    if (host === undefined) return this.#ledger.note(statement, "only a host has a fixed address");
    const names = words.filter((_, index) => (addresses[index] ?? -1) < 0);
    if (names.length > 0) {
      this.#ledger.note(statement, `an address is wanted, not a name: ${names.join(", ")}`);
    }
    host.addresses = { statement, all: addresses.filter((address) => address >= 0) };
  }

  #noteAll(node: Node, reason: string): void {
    this.#ledger.note(this.#statement(node), reason);
    for (const inner of node.block ?? []) {
      this.#noteAll(inner, `it is within ${node.tokens.map(({ text }) => text).join(" ")}`);
    }
  }

  #pool({ statement, cidr, ranges, scope, pools }: OpenSubnet): DraftPool {
    const [only, another] = pools;
    if (another !== undefined) {
      for (const one of pools.flatMap(settingsOf)) {
        const reason = "one range of several has it; an IPPool tells all its clients the same";
        this.#ledger.note(one.statement, reason);
      }
    }
    const inner = only !== undefined && another === undefined ? only : scope;
    const defaults = Object.entries(DEFAULTS).map(([field, value]): Setting => ({
      kind: "field",
      field: field as keyof typeof DEFAULTS,
      value,
      statement,
    }));
    return {
      statement,
      cidr,
      ranges,
      settings: nearest([...chain(inner).map(settingsOf), defaults]),
    };
  }

  #host(
    { statement, name, mac, scope, addresses, told }: OpenHost,
    pools: readonly DraftPool[],
  ): DraftHost[] {
    const above = chain(scope);
    const own = above.slice(0, above.findIndex(({ kind }) => kind !== "host" && kind !== "group"));
    const statements = [addresses?.statement, told?.statement].flatMap((one) => one ?? []);
    if (mac === undefined) {
      for (const one of [statement, ...statements]) {
        this.#ledger.note(one, "a machine is known by its MAC address, and it has none");
      }
      return [];
    }
    const subnet = subnetOf(scope)?.statement;
    const pool = addresses === undefined && pools.find((one) => one.statement === subnet);
    return [{
      ...{ statement, mac, statements, settings: nearest(own.map(settingsOf)) },
      name: told?.name || name,
      addresses: addresses?.all ?? [],
      ...(told !== undefined && { isToldName: true }),
      ...(pool && { pool }),
    }];
  }
}

/** `subnet 192.0.2.0 netmask 255.255.255.0`. */
function cidrOf({ tokens }: Node): Cidr | undefined {
  const [, address, , mask] = tokens.map(({ text }) => text);
  const bits = readIPv4(mask ?? "");
  const prefix = bits < 0 ? -1 : bits.toString(2).replace(/0+$/, "").length;
  try {
    const cidr = parseCidr(`${address}/${bits === 0 ? 0 : prefix}`);
    return cidr.mask === bits && cidr.network === cidr.address ? cidr : undefined;
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}
