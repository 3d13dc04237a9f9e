/**
 * Who has an address and runs is not told that it is somebody else's.
 *
 * @module
 */
import { networkStatusesOf, wholeNetworkName } from "../../../core/api/mod.ts";
import type { VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { normalizeMac } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { ClaimedNics } from "./claimed_nics.ts";

/** Since when objects have shown addresses. */
export class Incumbents {
  readonly #claimed: ClaimedNics;
  /** `UID network MAC` -> since when it has shown an address. */
  readonly #since = new Map<string, number>();

  constructor(claimed: ClaimedNics) {
    this.#claimed = claimed;
  }

  /** Takes in an object as it is now; answers whose right to a MAC address it denies, one sentence each. */
  look(config: VirtualMachineNetworkConfig, now: number): readonly string[] {
    const { uid, namespace } = config.metadata;
    const key = keyOf(config);
    return networkStatusesOf(config).flatMap(({ state, reason, networkName, macAddress }) => {
      const network = wholeNetworkName(networkName, namespace) ?? "";
      const mac = normalizeMac(macAddress);
      const id = `${uid} ${network} ${mac}`;
      const since = this.#since.get(id);
      if (state === "Allocated") {
        if (since === undefined) this.#since.set(id, now);
        return [];
      }
      this.#since.delete(id);
      const isDenied = since !== undefined && reason === "DuplicateMAC" &&
        this.#claimed.incumbent(network, mac, since) === key;
      return isDenied ? [`${key} had an address for ${mac} on ${network}, and is ${reason}`] : [];
    });
  }

  /** The objects were put back to an earlier time. */
  forget(): void {
    this.#since.clear();
  }
}
