/**
 * What a VirtualMachineNetworkConfig has from its VM, and what from a person, when NICs were renamed or changed MAC addresses.
 *
 * @module
 */
import type { ClientOptions } from "../api/client_options.ts";
import { DHCP_OPTIONS_ANNOTATION_PREFIX, STATIC_IP_ANNOTATION_PREFIX } from "../api/names.ts";
import { sameJson } from "../api/same_json.ts";
import type { VirtualMachineNetworkConfig } from "../api/types.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import type { WantedNic } from "./nics.ts";
import { type MovedNic, type NotedNic, notedNics } from "./noted_addresses.ts";

/** The words of a VM that an object has a copy of. They are kept by the name that a NIC had when they were copied. */
export class FormerWords {
  /** NICs whose noted name is another one now, to be noted together with what is copied anew. */
  readonly renamed: MovedNic[] = [];
  readonly #annotations: Readonly<Record<string, string>>;
  readonly #noted: ReadonlyMap<string, NotedNic>;
  readonly #before: readonly WantedNic[];
  readonly #nics: readonly VmNic[];

  constructor(
    existing: VirtualMachineNetworkConfig | undefined,
    { before, nics }: { readonly before: readonly WantedNic[]; readonly nics: readonly VmNic[] },
  ) {
    this.#annotations = existing?.metadata.annotations ?? {};
    this.#noted = existing === undefined ? new Map() : notedNics(existing);
    this.#before = before;
    this.#nics = nics;
  }

  /** Notes that an entry is that of a NIC, whatever it was called before. */
  note({ key, macAddress }: WantedNic, { name }: VmNic): void {
    const noted = this.#noted.get(key);
    if (noted === undefined || noted.name === name) return;
    this.renamed.push({ ...noted, name, before: macAddress });
  }

  /** The address that the VM asked for, for an entry; `undefined` where what stands there is a person's. */
  addressOf(entry: WantedNic, { name }: VmNic): string | undefined {
    const copied = this.#copied(STATIC_IP_ANNOTATION_PREFIX, this.#nameOf(entry, name));
    return copied.find((text) => text === entry.ipAddress);
  }

  /** The options that a person wrote for a NIC. They go along when it gets another MAC address, even one that another NIC had. */
  optionsOf(entry: WantedNic, { name, network }: VmNic): ClientOptions {
    const own =
      this.#before.find((other) =>
        other.network === network && this.#noted.get(other.key)?.name === name
      ) ?? (this.#isAnothers(entry, name) ? undefined : entry);
    const former = own === undefined ? name : this.#nameOf(own, name);
    const options = Object.entries(own?.entry.options ?? {});
    const copy = this.#annotations[DHCP_OPTIONS_ANNOTATION_PREFIX + former];
    if (copy !== undefined) {
      const copied = fieldsOf(copy);
      return Object.fromEntries(options.filter(([field]) => !Object.hasOwn(copied, field)));
    }
    const gone = this.#copied(DHCP_OPTIONS_ANNOTATION_PREFIX, former).map(fieldsOf);
    const isCopy = (field: string, value: unknown) =>
      gone.some((fields) => Object.hasOwn(fields, field) && sameJson(fields[field], value));
    return Object.fromEntries(options.filter(([field, value]) => !isCopy(field, value)));
  }

  /** The name that a NIC had when its words were copied. */
  #nameOf({ key }: WantedNic, name: string): string {
    return this.#noted.get(key)?.name ?? name;
  }

  /** Whether what stands in an entry is that of another NIC that the VM still has. */
  #isAnothers({ key, network }: WantedNic, name: string): boolean {
    const former = this.#noted.get(key)?.name;
    return former !== undefined && former !== name &&
      this.#nics.some((nic) => nic.name === former && nic.network === network);
  }

  /** What was copied for a NIC; where nothing was, what was for NICs that are gone: one may have been it. */
  #copied(prefix: string, name: string): readonly string[] {
    const copy = this.#annotations[prefix + name];
    if (copy !== undefined) return [copy];
    const present = new Set(this.#nics.map((nic) => prefix + nic.name));
    return Object.entries(this.#annotations)
      .filter(([key]) => key.startsWith(prefix) && !present.has(key)).map(([, text]) => text);
  }
}

/** A JSON object; an empty one of any other text. */
function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
