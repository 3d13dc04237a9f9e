import type { Clock } from "../../runtime/clock.ts";

/** VMs that wait are remembered for so long: one that waits for a pool is not measured for ever. */
const LONGEST_MS = 3_600_000;

/**
 * Since when new VMs wait for their first address. Lost: those that wait then are not measured.
 *
 * A VM begins to wait when it is first seen, and has waited when the first address of its VirtualMachineNetworkConfig is recorded.
 */
export class AddressWaits {
  readonly #clock: Clock;
  readonly #onAddress: (seconds: number) => void;
  /** `namespace/name` of the VM -> when it was seen, the oldest first. */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock, onAddress: (seconds: number) => void) {
    this.#clock = clock;
    this.#onAddress = onAddress;
  }

  /** A VM was made. */
  begin(vm: string): void {
    const now = this.#clock.monotonic();
    for (const [key, since] of this.#since) {
      if (now - since <= LONGEST_MS) break;
      this.#since.delete(key);
    }
    this.#since.delete(vm);
    this.#since.set(vm, now);
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#since.size === 0;
  }

  /** An address is recorded for a VM. Answers for how many milliseconds it waited; `undefined` where it did not, or had its first already. */
  end(vm: string): number | undefined {
    const since = this.#since.get(vm);
    if (since === undefined) return undefined;
    this.#since.delete(vm);
    const waitedMs = this.#clock.monotonic() - since;
    this.#onAddress(waitedMs / 1000);
    return waitedMs;
  }

  /** The VM is gone, or another controller gives addresses: what it gave is not ours to measure. */
  forget(vm?: string): void {
    if (vm === undefined) this.#since.clear();
    else this.#since.delete(vm);
  }
}
