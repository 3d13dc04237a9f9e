import { formatMac, isIPv4, readMac, reasonNotClientMac, reasonNotIPv4 } from "../../net/mod.ts";
import {
  DHCP_OPTIONS_ANNOTATION_PREFIX,
  MAC_ADDRESS_ANNOTATION,
  MANAGED_DHCP,
  STATIC_IP_ANNOTATION_PREFIX,
} from "../../api/names.ts";
import { wholeNetworkName } from "../../api/network.ts";
import type {
  VirtualMachine,
  VirtualMachineInstance,
  VmInterface,
  VmiSpec,
  VmNetwork,
} from "../../api/types.ts";
import { shortJson } from "../../api/fields/field_error.ts";
import { annotatedOptions } from "./nic_options.ts";
import {
  MAX_NICS,
  type OptedOutNic,
  type VmInterfaces,
  type VmNic,
  type VmProblem,
} from "./vm_nic.ts";
import { ownInstance } from "./vm_state.ts";

/** How much of an annotation a message shows. */
const MAX_SHOWN = 120;
/** How many characters a message has at most: what is wrong with a VM is kept and shown in many places. */
const MAX_MESSAGE = 4_096;
/** How many problems of one VM are told: whoever writes thousands of annotations for NICs that are not there is not told of each. */
const MAX_PROBLEMS = 100;

/** What {@linkcode interfacesOf} looks at beside the VM. */
export interface InterfacesOptions {
  /** The VM's running instance. */
  readonly vmi?: VirtualMachineInstance;
  /** Value of the label `network.harvesterhci.io/managed-dhcp` of the VM's namespace. */
  readonly namespaceLabel?: string;
}

/**
 * The NICs of a VM that want an address: those with a Multus network, whoever serves it.
 *
 * - The MAC address is that of the VM's spec, else of its annotation `harvesterhci.io/mac-address`, else of the VMI's
 *   spec, else of the VMI's status. A NIC that has none yet is listed without.
 * - A network without a namespace is one of the VM's namespace, as in KubeVirt.
 * - Left out are NICs on the pod network, NICs with `state: absent`, and those opted out of managed DHCP: all of them by
 *   the namespace's label or the VM's annotation `network.harvesterhci.io/managed-dhcp` with the value `"false"`, single
 *   ones by a comma-separated list of their names in that annotation.
 * - A VMI that another VM of its name owns, which was there before, says nothing.
 * - A NIC that only the VMI has (added while the VM runs, or removed from the spec but still plugged) is listed last.
 *
 * Something wrong with one NIC does not disturb the others. At most a hundred problems are told.
 *
 * @example
 * ```ts
 * import { interfacesOf } from "@vm-dhcp/vm-dhcp/ipam";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { nics } = interfacesOf({
 *   apiVersion: "kubevirt.io/v1",
 *   kind: "VirtualMachine",
 *   metadata: {
 *     name: "test-vm",
 *     namespace: "default",
 *     annotations: { "static-ip.harvesterhci.io/nic-1": "192.168.48.84" },
 *   },
 *   spec: {
 *     template: {
 *       spec: {
 *         domain: { devices: { interfaces: [{ name: "nic-1", macAddress: "CA:70:82:E6:84:6E" }] } },
 *         networks: [{ name: "nic-1", multus: { networkName: "net-48" } }],
 *       },
 *     },
 *   },
 * });
 * deepStrictEqual(nics, [{
 *   name: "nic-1",
 *   network: "default/net-48",
 *   macAddress: "ca:70:82:e6:84:6e",
 *   requested: "192.168.48.84",
 * }]);
 * ```
 *
 * @param vm A KubeVirt VirtualMachine (`kubevirt.io/v1`)
 * @param options Its instance, and its namespace's label
 * @returns The NICs, and everything that is wrong with them
 */
export function interfacesOf(vm: VirtualMachine, options: InterfacesOptions = {}): VmInterfaces {
  const vmi = ownInstance(vm, options.vmi);
  const gathering = new Gathering(vm, vmi);
  const optOut = vm.metadata.annotations?.[MANAGED_DHCP]?.trim() ?? "";
  if (isFalse(options.namespaceLabel)) return gathering.optedOut("namespace", vmi);
  if (isFalse(optOut)) return gathering.optedOut("vm", vmi);
  gathering.noteLabel(options.namespaceLabel);
  gathering.skip(optOut.split(",").map((name) => name.trim()).filter(isName));
  gathering.take(vm.spec?.template?.spec);
  if (isLive(vmi)) gathering.take(vmi?.spec);
  return gathering.finish();
}

/** `true` in the annotation or label is the default spelled out, and no NIC's name. */
function isName(text: string): boolean {
  return text !== "" && text.toLowerCase() !== "true";
}

function isFalse(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === "false";
}

function isLive(vmi: VirtualMachineInstance | undefined): boolean {
  return vmi !== undefined && vmi.metadata.deletionTimestamp === undefined &&
    !["Succeeded", "Failed"].includes(vmi.status?.phase ?? "");
}

/** An annotation for one NIC. */
interface NicWords {
  readonly name: string;
  /** Its key. */
  readonly annotation: string;
}

/** Where MAC addresses come from, best first. */
interface MacSource {
  readonly name: string;
  readonly macs: ReadonlyMap<string, string>;
}

class Gathering {
  readonly #vm: VirtualMachine;
  readonly #nics: VmNic[] = [];
  readonly #problems: VmProblem[] = [];
  /** Names of the NICs that were looked at. */
  readonly #seen = new Set<string>();
  readonly #skipped = new Set<string>();
  readonly #leftOut: OptedOutNic[] = [];
  /** `network mac` -> name of the NIC that has it. */
  readonly #named = new Map<string, string>();
  readonly #sources: readonly MacSource[];

  constructor(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined) {
    this.#vm = vm;
    const status = vmi?.status?.interfaces ?? [];
    this.#sources = [
      { name: "the spec", macs: macsOf(vm.spec?.template?.spec) },
      { name: `the annotation ${MAC_ADDRESS_ANNOTATION}`, macs: this.#annotatedMacs() },
      { name: "the VMI's spec", macs: macsOf(vmi?.spec) },
      {
        name: "the VMI's status",
        macs: new Map(status.flatMap(({ name, mac }) => name && mac ? [[name, mac]] : [])),
      },
    ];
  }

  /** Leaves NICs out, because the VM's owner says so. */
  skip(names: readonly string[]): void {
    for (const name of names) this.#skipped.add(name);
  }

  /** Says that the label of the namespace cannot be understood. A list of NICs, as in the annotation, means nothing there. */
  noteLabel(label: string | undefined): void {
    if (label === undefined || label === "" || label.toLowerCase() === "true") return;
    const message = `Label ${MANAGED_DHCP} of the namespace must be "true" or "false": ${
      shortJson(label)
    }`;
    this.#problem("InvalidOptOut", undefined, message);
  }

  /** Takes the NICs that were not seen yet. */
  take(spec: VmiSpec | undefined): void {
    const before = new Set(this.#seen);
    const networks = networksOf(spec);
    for (const nic of spec?.domain?.devices?.interfaces ?? []) {
      if (before.has(nic.name)) continue;
      if (this.#seen.has(nic.name)) {
        this.#problem("DuplicateNic", nic.name, `NIC ${nic.name} is there twice`);
        continue;
      }
      this.#seen.add(nic.name);
      this.#takeOne(nic, networks.get(nic.name));
    }
  }

  /** All NICs are left out, because the VM's owner or its namespace's says so. */
  optedOut(by: OptedOutNic["by"], vmi: VirtualMachineInstance | undefined): VmInterfaces {
    for (const words of this.#annotated(DHCP_OPTIONS_ANNOTATION_PREFIX)) this.#noteOptedOut(words);
    for (const spec of [this.#vm.spec?.template?.spec, isLive(vmi) ? vmi?.spec : undefined]) {
      const networks = networksOf(spec);
      for (const nic of spec?.domain?.devices?.interfaces ?? []) {
        if (this.#seen.has(nic.name)) continue;
        this.#seen.add(nic.name);
        this.#leaveOut(nic, { network: networks.get(nic.name), by });
      }
    }
    return this.#found([]);
  }

  finish(): VmInterfaces {
    const options = this.#annotated(DHCP_OPTIONS_ANNOTATION_PREFIX);
    const names = [
      ...[...this.#skipped].map((name) => ({ name, annotation: MANAGED_DHCP })),
      ...this.#annotated(STATIC_IP_ANNOTATION_PREFIX),
      ...options,
    ];
    for (const { name, annotation } of names) {
      if (this.#seen.has(name)) continue;
      const message = `Annotation ${annotation} names a NIC that the VM does not have: ${name}`;
      this.#problem("UnknownNic", name, message);
    }
    for (const words of options) {
      if (this.#skipped.has(words.name) && this.#seen.has(words.name)) this.#noteOptedOut(words);
    }
    return this.#found(this.#nics);
  }

  #found(nics: readonly VmNic[]): VmInterfaces {
    return {
      nics,
      problems: this.#problems,
      ...(this.#leftOut.length === 0 ? {} : { optedOut: this.#leftOut }),
    };
  }

  /** Notes a NIC that would get an address if nobody had opted it out. */
  #leaveOut(
    { name, state }: VmInterface,
    { network, by }: { readonly network: VmNetwork | undefined; readonly by: OptedOutNic["by"] },
  ): void {
    const ref = wholeNetworkName(network?.multus?.networkName, this.#vm.metadata.namespace);
    if (state === "absent" || ref === undefined || this.#leftOut.length === MAX_NICS) return;
    const mac = this.#sources.map(({ macs }) => readMac(macs.get(name) ?? ""))
      .find((mac) => mac >= 0 && reasonNotClientMac(mac) === undefined);
    this.#leftOut.push({
      name,
      network: ref,
      ...(mac === undefined ? {} : { macAddress: formatMac(mac) }),
      by,
    });
  }

  /** The annotations of a kind, each with the NIC that it is for. */
  #annotated(prefix: string): readonly NicWords[] {
    return Object.keys(this.#vm.metadata.annotations ?? {})
      .filter((annotation) => annotation.startsWith(prefix))
      .map((annotation) => ({ name: annotation.slice(prefix.length), annotation }));
  }

  #noteOptedOut({ name, annotation }: NicWords): void {
    const message =
      `Annotation ${annotation} is for a NIC that is opted out of managed DHCP: ${name}`;
    this.#problem("NicOptedOut", name, message);
  }

  #takeOne({ name, state }: VmInterface, network: VmNetwork | undefined): void {
    if (state === "absent") return;
    if (this.#skipped.has(name)) return this.#leaveOut({ name }, { network, by: "nic" });
    if (network !== undefined && network.multus === undefined) return; // the pod network
    const networkName = network?.multus?.networkName ?? "";
    const ref = wholeNetworkName(networkName, this.#vm.metadata.namespace);
    if (ref === undefined) {
      const message = `NIC ${name} has no network that can be read: ${shortJson(networkName)}`;
      return this.#problem("InvalidNetworkName", name, message);
    }
    const macAddress = this.#macOf(name);
    const twin = macAddress === undefined ? undefined : this.#twinOf(name, `${ref} ${macAddress}`);
    if (twin !== undefined) {
      const message = `NICs ${twin} and ${name} have the same MAC address ${macAddress} on ${ref}`;
      return this.#problem("DuplicateMAC", name, message);
    }
    if (this.#nics.length === MAX_NICS) {
      const message = `NIC ${name} is one more than the ${MAX_NICS} that can get addresses`;
      return this.#problem("TooManyNics", name, message);
    }
    this.#nics.push({
      name,
      network: ref,
      ...(macAddress === undefined ? {} : { macAddress }),
      ...this.#requestFor(name),
      ...this.#optionsFor(name),
    });
  }

  #twinOf(name: string, macOnNetwork: string): string | undefined {
    const twin = this.#named.get(macOnNetwork);
    if (twin === undefined) this.#named.set(macOnNetwork, name);
    return twin;
  }

  #macOf(name: string): string | undefined {
    for (const source of this.#sources) {
      const text = source.macs.get(name);
      if (text === undefined || text === "") continue;
      const mac = readMac(text);
      const why = mac < 0 ? "it is not six octets" : reasonNotClientMac(mac);
      if (why === undefined) return formatMac(mac);
      const message = `MAC address of NIC ${name} in ${source.name} cannot be used, ${why}: ${
        shortJson(text)
      }`;
      this.#problem("InvalidMacAddress", name, message);
    }
    return undefined;
  }

  #requestFor(name: string): Pick<VmNic, "requested" | "unreadableRequest"> {
    const annotation = STATIC_IP_ANNOTATION_PREFIX + name;
    const text = this.#vm.metadata.annotations?.[annotation]?.trim() ?? "";
    if (text === "") return {};
    if (isIPv4(text)) return { requested: text };
    const message = `Annotation ${annotation} is no IPv4 address, ${reasonNotIPv4(text)}: ${
      shortJson(text)
    }`;
    this.#problem("InvalidAddress", name, message);
    return { unreadableRequest: text };
  }

  #optionsFor(name: string): Pick<VmNic, "options"> {
    const { options, problem } = annotatedOptions(this.#vm, name);
    if (problem !== undefined) this.#problem("InvalidOptions", name, problem);
    return options === undefined ? {} : { options };
  }

  #annotatedMacs(): ReadonlyMap<string, string> {
    const text = this.#vm.metadata.annotations?.[MAC_ADDRESS_ANNOTATION]?.trim() ?? "";
    if (text === "") return new Map();
    const entries = jsonEntries(text)?.filter(([, mac]) => mac !== null);
    const macs = (entries ?? []).filter(([, mac]) => typeof mac === "string");
    if (entries === undefined || macs.length < entries.length) {
      const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
      const message =
        `Annotation ${MAC_ADDRESS_ANNOTATION} is no JSON object of MAC addresses: ${shown}`;
      this.#problem("InvalidMacAnnotation", undefined, message);
    }
    return new Map(macs.map(([name, mac]) => [name, String(mac)]));
  }

  #problem(reason: VmProblem["reason"], nic: string | undefined, text: string): void {
    if (this.#problems.length === MAX_PROBLEMS) return;
    const message = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 3)}...` : text;
    this.#problems.push(nic === undefined ? { reason, message } : { reason, nic, message });
  }
}

function networksOf(spec: VmiSpec | undefined): ReadonlyMap<string, VmNetwork> {
  return new Map((spec?.networks ?? []).map((network) => [network.name, network]));
}

function macsOf(spec: VmiSpec | undefined): ReadonlyMap<string, string> {
  const interfaces = spec?.domain?.devices?.interfaces ?? [];
  return new Map(
    [...interfaces].reverse().flatMap(({ name, macAddress }) =>
      macAddress ? [[name, macAddress] as const] : []
    ),
  );
}

/** The fields of a JSON object; `undefined` for any other text. */
function jsonEntries(text: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.entries(value);
  } catch {
    return undefined;
  }
}
