/**
 * A stand-in for the Go controller's leader election: it holds the lock as client-go does.
 *
 * @module
 */
import { createKubeClient, type KubeClient, type Lease, LEASES } from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { until } from "../network/wait.ts";
import type { RealCluster } from "../real/mod.ts";

const LOCK = { namespace: "kube-system", name: "vm-dhcp-controllers" };
const IDENTITY = "harvester-vm-dhcp-controller-0_go";
const SECONDS = 2;
const RENEW_MS = 500;

/** Holds the lock until it is released; disposing it stops renewing. */
export class GoHolder implements AsyncDisposable {
  readonly #kube: KubeClient;
  readonly #stop = new AbortController();
  #renewals = 0;
  #renewing = Promise.resolve();

  private constructor(kube: KubeClient) {
    this.#kube = kube;
  }

  /** Takes the lock, whoever holds it. */
  static async take(cluster: RealCluster): Promise<GoHolder> {
    const holder = new GoHolder(createKubeClient(cluster.rest));
    await holder.#write({ holderIdentity: IDENTITY, leaseDurationSeconds: SECONDS });
    holder.#renewing = holder.#renew();
    return holder;
  }

  /** The lock as it is. */
  static async lock(cluster: RealCluster): Promise<NonNullable<Lease["spec"]>> {
    return (await createKubeClient(cluster.rest).of(LEASES).get(LOCK))?.spec ?? {};
  }

  /** Waits until it renewed the lock that many times more. */
  async renewed(times: number): Promise<void> {
    const wanted = this.#renewals + times;
    await until(() => this.#renewals >= wanted, { what: "the Go version renews its lock" });
  }

  /** Gives the lock up, as `ReleaseOnCancel` does. */
  async release(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.#write({ holderIdentity: "", leaseDurationSeconds: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await systemClock.sleep(RENEW_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#write({ holderIdentity: IDENTITY, leaseDurationSeconds: SECONDS });
      this.#renewals++;
    }
  }

  async #write(spec: { holderIdentity: string; leaseDurationSeconds: number }): Promise<void> {
    const now = new Date().toISOString().replace("Z", "000Z");
    const body = { spec: { ...spec, renewTime: now, acquireTime: now } };
    await this.#kube.of(LEASES).patch(LOCK, { type: "merge", body });
  }
}
