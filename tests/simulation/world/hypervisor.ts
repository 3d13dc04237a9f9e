/**
 * KubeVirt's part: machines of the VMs that run, with MAC addresses where their VMs give none, and their VirtualMachineInstances.
 *
 * @module
 */
import type { VirtualMachine, VirtualMachineInstance } from "../../../core/api/types.ts";
import { formatMac, normalizeMac, parseMac } from "../../../core/net/mod.ts";
import { keyOf, parseKey, VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from "../../../kube/mod.ts";
import type { Random } from "../../../runtime/clock.ts";
import { vmi } from "../../controller/objects.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { ApiServer } from "./cluster.ts";
import type { SimClient } from "./dhcp_client.ts";
import { Follow } from "./follow.ts";

/** A NIC of a machine that runs. */
interface MachineNic {
  /** Name of the NIC. */
  readonly nic: string;
  readonly network: string;
  readonly mac: string;
}

/** A machine that runs. */
interface Machine {
  readonly uid: string;
  readonly nics: readonly MachineNic[];
}

/** What it works with. */
interface HypervisorGround {
  readonly cluster: ApiServer;
  readonly timeline: Timeline;
  readonly random: Random;
  /** Whether there are VirtualMachineInstances. */
  readonly showsInstances: boolean;
  /** The client of a NIC, made when it is first asked for. */
  readonly clientOf: (network: string, mac: number) => SimClient;
}

const MADE_UP = 0x02_aa_00_00_00_00;
/** How long a machine goes on whose VM was lost with the state of the API server. */
const FORGOTTEN_MS = 300_000;

/** All machines. */
export class Hypervisor {
  readonly vms: Follow<VirtualMachine>;
  readonly #ground: HypervisorGround;
  readonly #machines = new Map<string, Machine>();
  /** Writes of one VM's instance come one after another. */
  readonly #writing = new Map<string, Promise<void>>();
  /** When the API server was put back. */
  #restoredAt = -1;

  constructor(ground: HypervisorGround) {
    this.#ground = ground;
    // Before any VM is seen to be gone.
    ground.cluster.onRestore(() => this.#restoredAt = ground.timeline.now);
    this.vms = new Follow(ground.cluster, VIRTUAL_MACHINES);
    this.vms.onChange((key, _, after) => this.#change(key, after));
    ground.cluster.onRestore(() => void this.#resync());
  }

  /** Begins to follow the VMs. */
  async begin(): Promise<void> {
    await this.vms.begin();
  }

  /** The machine of a VM (`namespace/name`), if it runs. */
  machine(key: string): Machine | undefined {
    return this.#machines.get(key);
  }

  /** Whether a machine that runs has this NIC. */
  wants(network: string, mac: string): boolean {
    return [...this.#machines.values()].some(({ nics }) =>
      nics.some((nic) => nic.network === network && nic.mac === mac)
    );
  }

  /** Whether anybody can know of a MAC address: one that is made up is shown in VirtualMachineInstances alone. */
  isShown(mac: string): boolean {
    return this.#ground.showsInstances || !isMadeUp(mac);
  }

  #change(key: string, vm: VirtualMachine | undefined): void {
    const before = this.#machines.get(key);
    const after = this.#machineOf(vm, before);
    if (after === undefined) this.#machines.delete(key);
    else this.#machines.set(key, after);
    const { timeline } = this.#ground;
    for (const { network, mac } of before?.nics ?? []) {
      const turnOff = () => {
        if (!this.wants(network, mac)) this.#client(network, mac).powerOff(false);
      };
      // Nobody stops what nobody knows of any more.
      if (this.#restoredAt === timeline.now) timeline.after(FORGOTTEN_MS, turnOff);
      else turnOff();
    }
    for (const { network, mac } of after?.nics ?? []) this.#client(network, mac).powerOn(true);
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#show(key);
  }

  #client(network: string, mac: string): SimClient {
    return this.#ground.clientOf(network, parseMac(mac));
  }

  #machineOf(vm: VirtualMachine | undefined, before: Machine | undefined): Machine | undefined {
    const spec = vm?.spec?.template?.spec;
    const { uid = "", deletionTimestamp } = vm?.metadata ?? {};
    if (spec === undefined || vm?.spec?.running === false || deletionTimestamp) return undefined;
    const isSame = before?.uid === uid;
    const networks = new Map(
      (spec.networks ?? []).map(({ name, multus }) => [name, multus?.networkName]),
    );
    const nics = (spec.domain?.devices?.interfaces ?? []).flatMap(({ name, macAddress }) => {
      const network = networks.get(name);
      if (network === undefined) return [];
      const known = isSame ? before.nics.find(({ nic }) => nic === name)?.mac : undefined;
      const kept = known !== undefined && isMadeUp(known) ? known : undefined;
      const mac = macAddress === undefined ? kept ?? this.#makeUp() : normalizeMac(macAddress);
      return [{ nic: name, network, mac }];
    });
    return { uid, nics };
  }

  #makeUp(): string {
    return formatMac(MADE_UP + Math.floor(this.#ground.random() * 2 ** 31));
  }

  /** Brings the VirtualMachineInstance in step with its machine. */
  #show(key: string): void {
    if (!this.#ground.showsInstances) return;
    const last = this.#writing.get(key) ?? Promise.resolve();
    this.#writing.set(key, last.then(() => this.#write(key)).catch(() => undefined));
  }

  async #write(key: string): Promise<void> {
    const client = this.#ground.cluster.kube.of(VIRTUAL_MACHINE_INSTANCES);
    const machine = this.#machines.get(key);
    const present = await client.get(parseKey(key));
    if (machine === undefined) {
      if (present !== undefined) await client.delete(parseKey(key));
      return;
    }
    const instance = instanceOf(key, machine);
    if (present?.metadata.ownerReferences?.[0]?.uid === machine.uid) {
      await client.update({ ...present, spec: instance.spec ?? {} });
      return;
    }
    // A VM that was made again is given another one.
    if (present !== undefined) await client.delete(parseKey(key));
    await client.create(instance);
  }

  /** The server was put back: it shows machines that are not there, and does not show others. */
  async #resync(): Promise<void> {
    const { items } = await this.#ground.cluster.kube.of(VIRTUAL_MACHINE_INSTANCES).list();
    for (const key of new Set([...items.map(keyOf), ...this.#machines.keys()])) this.#show(key);
  }
}

/** The VirtualMachineInstance of a machine, as KubeVirt makes it. */
function instanceOf(key: string, { uid, nics }: Machine): VirtualMachineInstance {
  const { metadata, ...rest } = vmi(
    key,
    nics.map(({ nic: name, network, mac }) => ({ name, network, mac })),
  ) as Pick<VirtualMachineInstance, "metadata" | "spec" | "status">;
  const { apiVersion, kind } = VIRTUAL_MACHINE_INSTANCES;
  const owner = {
    apiVersion,
    kind: "VirtualMachine",
    name: parseKey(key).name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return { apiVersion, kind, metadata: { ...metadata, ownerReferences: [owner] }, ...rest };
}

export function isMadeUp(mac: string): boolean {
  return parseMac(mac) >= MADE_UP && parseMac(mac) < MADE_UP + 2 ** 32;
}
