/**
 * The controller on a real kube-apiserver.
 *
 * @module
 */
import { runController, type RunningController } from "../../controller/mod.ts";
import type { IPPool, KubeObject, VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import {
  createKubeClient,
  EVENTS,
  IPPOOLS,
  type KubeClient,
  type KubeEvent,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  type Resource,
  type RestClient,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import { nad, pool } from "../controller/objects.ts";

const DEADLINE_MS = 30_000;
const POLL_MS = 20;

/** Asks again and again until there is an answer. Throws after 30 s, with what `describe` says. */
async function until<T>(
  ask: () => Promise<T | undefined | false>,
  describe: string,
): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await systemClock.sleep(POLL_MS);
  }
  throw new Error(`Cannot reach the awaited state: ${describe}`);
}

/** Objects of a real cluster. */
export class Real {
  readonly kube: KubeClient;

  constructor(rest: RestClient) {
    this.kube = createKubeClient(rest);
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: object): Promise<T> {
    const { apiVersion, kind } = resource;
    return await this.kube.of(resource).create({ apiVersion, kind, ...object } as unknown as T);
  }

  /** A NetworkAttachmentDefinition and the pool of the same name. */
  async network(
    key: string,
    ...settings: Parameters<typeof pool> extends [string, ...infer Rest] ? Rest : never
  ): Promise<void> {
    await this.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
    await this.create(IPPOOLS, pool(key, ...settings));
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: string): Promise<T | undefined> {
    return await this.kube.of(resource).get(parseKey(key));
  }

  async patch<T extends KubeObject>(resource: Resource<T>, key: string, body: object): Promise<T> {
    return await this.kube.of(resource).patch(parseKey(key), {
      type: "merge",
      body: body as never,
    });
  }

  async patchStatus<T extends KubeObject>(
    resource: Resource<T>,
    key: string,
    status: object,
  ): Promise<T> {
    const body = { status } as never;
    const options = { subresource: "status" } as const;
    return await this.kube.of(resource).patch(parseKey(key), { type: "merge", body }, options);
  }

  async delete(resource: Resource<KubeObject>, key: string): Promise<void> {
    await this.kube.of(resource).delete(parseKey(key));
  }

  /** The object, as soon as it is as wanted. */
  async config(
    key: string,
    is: (config: VirtualMachineNetworkConfig) => boolean = isAnswered,
  ): Promise<VirtualMachineNetworkConfig> {
    return await until(async () => {
      const config = await this.get(VMNETCFGS, key);
      return config !== undefined && is(config) && config;
    }, `VirtualMachineNetworkConfig ${key}`);
  }

  async pool(key: string, is: (pool: IPPool) => boolean = () => true): Promise<IPPool> {
    return await until(async () => {
      const pool = await this.get(IPPOOLS, key);
      return pool !== undefined && is(pool) && pool;
    }, `IPPool ${key}`);
  }

  /** Resolves when the object is gone; the milliseconds it took. */
  async gone(resource: Resource<KubeObject>, key: string): Promise<number> {
    const start = performance.now();
    await until(async () => await this.get(resource, key) === undefined, `no ${key}`);
    return performance.now() - start;
  }

  /** The first Event about an object of this name with this reason. */
  async event(name: string, reason: string): Promise<KubeEvent> {
    return await until(async () => {
      const { items } = await this.kube.of(EVENTS).list();
      return items.find((event) => event.involvedObject.name === name && event.reason === reason);
    }, `Event ${reason} of ${name}`);
  }
}

/**
 * Whether every NIC of the spec has its answer. An object without NICs has none yet: the controller may hear of a VM before it
 * hears of the pools that were made before it, as they come on other watches.
 */
export function isAnswered({ spec, status }: VirtualMachineNetworkConfig): boolean {
  const wanted = spec.networkConfig ?? spec.networkConfigs ?? [];
  const shown = status?.networkConfig ?? status?.networkConfigs ?? [];
  return wanted.length > 0 && wanted.length === shown.length;
}

/** A controller in this process; disposing it ends it. */
export function startController(rest: RestClient): RunningController & AsyncDisposable {
  const stop = new AbortController();
  const controller = runController(
    {
      rest,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      agentNamespace: "default",
    },
    stop.signal,
  );
  return Object.assign(controller, {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new DOMException("The test ends it", "AbortError"));
      await controller.done;
    },
  });
}
