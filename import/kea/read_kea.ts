/**
 * Reads what a Kea configuration says.
 *
 * @module
 */
import type { Node } from "jsonc-parser";
import {
  AddressError,
  type AddressRange,
  type Cidr,
  cidrContains,
  formatIPv4,
  parseCidr,
  readIPv4,
  readMac,
} from "../../core/net/mod.ts";
import type { BootBranch } from "../boot/boot_files.ts";
import { nearest, type Setting } from "../options/setting.ts";
import type { Draft, DraftHost, DraftPool, DraftRange } from "../source/draft.ts";
import type { SourceFiles } from "../source/files.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { KeaClasses } from "./kea_classes.ts";
import { keaField, noPlaceFor } from "./kea_fields.ts";
import { KeaOptions, valuesOf } from "./kea_options.ts";
import { itemsOf, KeaText, propertiesOf } from "./parse_kea.ts";

/** What Kea does where the file says nothing. */
const LEASE_TIME = 7_200;

/** Scopes around what is read, the nearest first. */
type Scopes = readonly (readonly Setting[])[];

/**
 * Reads a file and those that it includes.
 *
 * @throws {ImportError} where one of them is no configuration of Kea.
 */
export function readKea(path: string, files: SourceFiles, ledger: Ledger): Draft {
  return new KeaReader(new KeaText(path, { files, ledger }), ledger).draft();
}

class KeaReader {
  readonly #text: KeaText;
  readonly #ledger: Ledger;
  readonly #options: KeaOptions;
  readonly #classes: KeaClasses;
  readonly #pools: DraftPool[] = [];
  readonly #hosts: DraftHost[] = [];
  readonly #withheld: number[] = [];
  readonly #serverAddresses: { readonly address: number; readonly statement: Statement }[] = [];

  constructor(text: KeaText, ledger: Ledger) {
    this.#text = text;
    this.#ledger = ledger;
    this.#options = new KeaOptions(text, ledger);
    this.#classes = new KeaClasses({ text, ledger, options: this.#options });
  }

  draft(): Draft {
    for (const { name, value, node } of propertiesOf(this.#text.root)) {
      if (name === "Dhcp4" && value.type === "object") this.#server(value);
      else this.#note(node, "it is not of the DHCPv4 server");
    }
    return { pools: this.#pools, hosts: this.#hosts, withheld: this.#withheld };
  }

  #server(config: Node): void {
    const properties = propertiesOf(config);
    for (const { name, value } of properties) {
      if (name === "option-def") this.#options.define(value);
    }
    for (const { name, value } of properties) {
      if (name === "client-classes") this.#classes.read(value);
      if (name === "interfaces-config") this.#interfaces(value);
    }
    const branches = this.#classes.branches.map((branch: BootBranch): Setting => ({
      kind: "boot",
      branch,
      statement: branch.statement,
    }));
    const lists: Node[] = [];
    const global = this.#settings(config, (name, node, value) => {
      if (/^(option-def|client-classes|interfaces-config)$/.test(name)) return;
      if (/^(subnet4|shared-networks|reservations)$/.test(name)) lists.push(node);
      else this.#note(node, noPlaceFor(name, value));
    });
    const scopes = [branches, [...this.#classes.nextServer(global), ...global]];
    for (const list of lists) {
      const [name, value] = list.children ?? [];
      if (value?.type !== "array") this.#note(list, "a list is wanted");
      else if (name?.value === "subnet4") this.#subnets(value, scopes);
      else if (name?.value === "reservations") this.#reservations(value, undefined);
      else for (const shared of this.#text.objects(value)) this.#shared(shared, scopes);
    }
  }

  #shared(shared: Node, scopes: Scopes): void {
    let subnets: Node | undefined;
    const settings = this.#settings(shared, (name, node, value) => {
      if (name === "subnet4") subnets = value;
      else if (name === "name") {
        this.#note(node, "each of its subnets is a network here; one network has one IPPool");
      } else this.#note(node, noPlaceFor(name, value));
    });
    if (subnets !== undefined) this.#subnets(subnets, [settings, ...scopes]);
  }

  #subnets(list: Node, scopes: Scopes): void {
    for (const item of this.#text.objects(list)) this.#subnet(item, scopes);
  }

  #subnet(item: Node, scopes: Scopes): void {
    const property = propertiesOf(item).find(({ name }) => name === "subnet");
    const cidr = cidrOf(property?.value.value);
    if (property === undefined || cidr === undefined) {
      this.#note(property?.node ?? item, "a subnet such as 192.0.2.0/24 is wanted");
      for (const { name, node } of propertiesOf(item)) {
        if (name !== "subnet") this.#note(node, "it is left out with its subnet");
      }
      return;
    }
    const statement = this.#text.statement(property.node);
    const ranges: DraftRange[] = [];
    const inner: (readonly Setting[])[] = [];
    let reservations: Node | undefined;
    const settings = this.#settings(item, (name, node, value) => {
      if (name === "subnet") return;
      if (name === "pools") {
        for (const pool of this.#text.objects(value)) inner.push(this.#range(pool, ranges));
      } else if (name === "reservations") reservations = value;
      else this.#note(node, noPlaceFor(name, value));
    });
    if (inner.length > 1) {
      for (const one of inner.flat()) {
        this.#ledger.note(
          one.statement,
          "one range of several has it; an IPPool tells all its clients the same",
        );
      }
    }
    const server = this.#serverAddresses.find(({ address }) => cidrContains(cidr, address));
    const own: Setting[] = server === undefined ? [] : [{
      kind: "field",
      field: "serverIP",
      value: formatIPv4(server.address),
      statement: server.statement,
    }];
    const defaults: Setting[] = [
      { kind: "field", field: "leaseTime", value: LEASE_TIME, statement },
    ];
    const all = [...(inner.length === 1 ? inner : []), [...own, ...settings], ...scopes, defaults];
    const pool = { statement, cidr, ranges, settings: nearest(all) };
    this.#pools.push(pool);
    if (reservations !== undefined) this.#reservations(reservations, pool);
  }

  /** A range of a subnet; answers what it says of its clients. */
  #range(item: Node, ranges: DraftRange[]): readonly Setting[] {
    return this.#settings(item, (name, node, value) => {
      if (name !== "pool") return this.#note(node, noPlaceFor(name, value));
      const statement = this.#text.statement(node);
      const range = rangeOf(String(value.value));
      if (range === undefined) this.#ledger.note(statement, "a range or a subnet is wanted");
      else ranges.push({ ...range, statement });
    });
  }

  #reservations(list: Node, pool: DraftPool | undefined): void {
    for (const item of this.#text.objects(list)) this.#host(item, pool);
  }

  #host(item: Node, pool: DraftPool | undefined): void {
    const values = valuesOf(item);
    const mac = readMac(String(values.get("hw-address") ?? ""));
    const address = readIPv4(String(values.get("ip-address") ?? ""));
    const statements: Statement[] = [];
    const settings = this.#settings(item, (name, node, value) => {
      const isOwn = name === "hw-address" || name === "hostname" ||
        (name === "ip-address" && address >= 0);
      if (isOwn && mac >= 0) statements.push(this.#text.statement(node));
      else if (isOwn) this.#note(node, "a machine is known by its MAC address, and it has none");
      else this.#note(node, noPlaceFor(name, value));
    });
    if (mac < 0) {
      if (address >= 0) this.#withheld.push(address);
      for (const one of settings) {
        this.#ledger.note(one.statement, "its machine has no MAC address");
      }
      return;
    }
    const name = String(values.get("hostname") ?? "");
    const [statement, ...others] = statements;
    if (statement === undefined) return;
    this.#hosts.push({
      ...{ statement, statements: others, name, mac, settings: nearest([settings]) },
      addresses: address < 0 ? [] : [address],
      ...(name !== "" && { isToldName: true }),
      ...(pool !== undefined && { pool }),
    });
  }

  /** What an object says of clients; the rest goes to `other`. */
  #settings(
    object: Node,
    other: (name: string, node: Node, value: Node) => void,
  ): readonly Setting[] {
    return propertiesOf(object).flatMap(({ name, value, node }): readonly Setting[] => {
      if (name === "option-data") return this.#options.settings(value);
      const fields = keaField(name, value.value);
      if (fields === undefined) {
        other(name, node, value);
        return [];
      }
      const statement = this.#text.statement(node);
      if ("reason" in fields) this.#ledger.note(statement, fields.reason);
      return "reason" in fields ? [] : fields.map((one) => ({ kind: "field", ...one, statement }));
    });
  }

  #interfaces(config: Node): void {
    for (const { name, value, node } of propertiesOf(config)) {
      if (name !== "interfaces") {
        this.#note(node, "sockets are opened by the agent as it needs them");
        continue;
      }
      for (const item of itemsOf(value)) {
        const statement = this.#text.statement(item);
        const address = readIPv4(String(item.value).split("/")[1] ?? "");
        if (address >= 0) this.#serverAddresses.push({ address, statement });
        else {this.#ledger.note(
            statement,
            "the interface is that of the NetworkAttachmentDefinition",
          );}
      }
    }
  }

  #note(node: Node, reason: string): void {
    this.#ledger.note(this.#text.statement(node), reason);
  }
}

function cidrOf(text: unknown): Cidr | undefined {
  try {
    return parseCidr(String(text));
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

/** `192.0.2.10 - 192.0.2.20`, or a subnet. */
function rangeOf(text: string): AddressRange | undefined {
  const cidr = text.includes("/") ? cidrOf(text.replaceAll(" ", "")) : undefined;
  if (cidr !== undefined) return { start: cidr.network, end: cidr.broadcast };
  const [start = -1, end = -1, another] = text.split("-").map((one) => readIPv4(one.trim()));
  return start < 0 || end < 0 || another !== undefined ? undefined : { start, end };
}
