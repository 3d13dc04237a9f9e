/**
 * A NIC of a VM keeps its address, whatever becomes of its MAC address, its objects, or the record.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import { Mark, STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { Hypervisor } from "../world/hypervisor.ts";
import type { World } from "../world/world.ts";
import { entriesOf } from "./record_history.ts";

/** What each NIC had. */
export class NicAddresses {
  /** `UID network NIC` -> the address that it had last. */
  readonly #had = new Map<string, { readonly address: string; readonly mac: string }>();
  /** `network MAC` -> UID of the VM that had it first: a copy of a VM has nothing to keep. */
  readonly #owners = new Map<string, string>();

  /** NICs that have another address than they had, and nobody asked for that, one sentence each. */
  look(pool: IPPool, { hypervisor, takenByHand, deletedConfigs }: World): readonly string[] {
    const network = networkOfPool(pool) ?? "";
    const addresses = new Map([...entriesOf(pool)].map(([address, mac]) => [mac, address]));
    const found: string[] = [];
    for (const vm of hypervisor.vms.list()) {
      const { annotations = {} } = vm.metadata;
      const { uid = "", nics = [] } = hypervisor.machine(keyOf(vm)) ?? {};
      const asks = Object.keys(annotations).some((name) =>
        name.startsWith(STATIC_IP_ANNOTATION_PREFIX)
      );
      for (const { network: of, mac, nic } of nics) {
        if (of !== network) continue;
        const now = addresses.get(mac);
        if (now === undefined) continue;
        if (!this.#isOwner(hypervisor, { uid, id: `${network} ${mac}` })) continue;
        const id = `${uid} ${network} ${nic}`;
        const before = this.#had.get(id);
        this.#had.set(id, { address: now, mac });
        if (before === undefined || before.address === now || asks) continue;
        const { address } = before;
        if (takenByHand.has(`${network} ${address}`) || isTaken(pool, address)) continue;
        // Who edits the MAC address and deletes the object before it was written anew leaves nothing that ties both together.
        if (before.mac !== mac && deletedConfigs.has(keyOf(vm))) continue;
        found.push(
          `${nic} of VM ${keyOf(vm)} (${mac}) had ${address} on ${network}, and has ${now}`,
        );
      }
    }
    return found;
  }

  #isOwner(
    { vms }: Hypervisor,
    { uid, id }: { readonly uid: string; readonly id: string },
  ): boolean {
    const owner = this.#owners.get(id);
    if (owner === uid) return true;
    if (owner !== undefined && vms.list().some(({ metadata }) => metadata.uid === owner)) {
      return false;
    }
    this.#owners.set(id, uid);
    return true;
  }
}

/** Whether an address is somebody else's by now, or nobody may have it. That somebody says it is used is no reason. */
function isTaken({ status }: IPPool, address: string): boolean {
  const holder = status?.ipv4?.allocated?.[address];
  return holder !== undefined && holder !== Mark.CONFLICT;
}
