/**
 * A controller on the embedded API under simulated time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runController, type RunningController } from "../../controller/mod.ts";
import type { ControllerOptions } from "../../controller/types.ts";
import type {
  IPPool,
  KubeObject,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import {
  createKubeClient,
  EVENTS,
  IPPOOLS,
  type KubeClient,
  type KubeEvent,
  parseKey,
  type Resource,
  type RestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Kind } from "../../standalone/api/kinds/kind.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";

/** A controller that runs in a lab. */
export interface LabController {
  readonly controller: RunningController;
  /** Whether it works, and does not only look on. */
  leads(): boolean;
  /** Ends it as a signal would. */
  stop(): Promise<void>;
}

/** How a controller of a lab differs from an ordinary one. */
export type LabOptions = Partial<ControllerOptions>;

const STEP_MS = 10;
const LIMIT_MS = 300_000;

/** An embedded API, a clock that stands still, and the controllers that were started. */
export class Lab implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly log: MemoryLogger = memoryLogger();
  readonly api: EmbeddedApi;
  readonly kube: KubeClient;
  readonly random: () => number;
  readonly #running = new Set<LabController>();

  constructor(seed = 1, kinds: readonly Kind[] = []) {
    this.random = seeded(seed);
    this.api = new EmbeddedApi({ clock: this.clock, random: this.random, kinds });
    this.kube = createKubeClient(this.api.rest());
  }

  /** The API as the controller sees it. */
  rest(): RestClient {
    return this.api.rest();
  }

  /** Starts a controller; it may take part in {@linkcode settle} at once. */
  start(options: LabOptions = {}): LabController {
    const stopping = new AbortController();
    const controller = runController({
      rest: this.rest(),
      clock: this.clock,
      random: this.random,
      log: this.log,
      agentNamespace: "default",
      ...options,
    }, stopping.signal);
    const running = {
      controller,
      leads: () => options.leadership?.leading ?? true,
      stop: async () => {
        this.#running.delete(running);
        stopping.abort(new DOMException("The test ends it", "AbortError"));
        await this.#until(controller.done);
      },
    };
    this.#running.add(running);
    return running;
  }

  /** The controller that was started first and runs. */
  get controller(): RunningController {
    for (const { controller } of this.#running) return controller;
    throw new Error("No controller runs");
  }

  /** Lets time pass until no controller has anything to do and nothing changes any more. */
  async settle(): Promise<void> {
    let before: string;
    do {
      before = this.api.resourceVersion;
      for (const { controller, leads } of this.#running) {
        if (!leads()) continue;
        await this.#until(controller.whenIdle(AbortSignal.timeout(LIMIT_MS)));
      }
      await this.clock.advance(STEP_MS);
    } while (this.api.resourceVersion !== before);
  }

  /** Lets so much time pass, and everything settle. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: object): Promise<T> {
    const { apiVersion, kind } = resource;
    return await this.kube.of(resource).create({ apiVersion, kind, ...object } as unknown as T);
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: string): Promise<T | undefined> {
    return await this.kube.of(resource).get(parseKey(key));
  }

  /** Changes an object by a merge patch. */
  async patch<T extends KubeObject>(resource: Resource<T>, key: string, body: object): Promise<T> {
    return await this.kube.of(resource).patch(parseKey(key), {
      type: "merge",
      body: body as never,
    });
  }

  async delete(resource: Resource<KubeObject>, key: string): Promise<void> {
    await this.kube.of(resource).delete(parseKey(key));
  }

  async pool(key: string): Promise<IPPool> {
    return present(await this.get(IPPOOLS, key), `IPPool ${key}`);
  }

  async vm(key: string): Promise<VirtualMachine> {
    return present(await this.get(VIRTUAL_MACHINES, key), `VirtualMachine ${key}`);
  }

  async config(key: string): Promise<VirtualMachineNetworkConfig> {
    return present(await this.get(VMNETCFGS, key), `VirtualMachineNetworkConfig ${key}`);
  }

  /** Addresses of MAC addresses in a pool, without marks: MAC address -> address. */
  async allocations(key: string): Promise<Readonly<Record<string, string>>> {
    const allocated = Object.entries((await this.pool(key)).status?.ipv4?.allocated ?? {});
    return Object.fromEntries(
      allocated.filter(([, mac]) => mac.includes(":")).map(([address, mac]) => [mac, address]),
    );
  }

  /** The addresses that a VirtualMachineNetworkConfig shows as allocated, in its order. */
  async addresses(key: string): Promise<readonly string[]> {
    const { status } = await this.config(key);
    return (status?.networkConfig ?? status?.networkConfigs ?? [])
      .flatMap(({ state, allocatedIPAddress }) =>
        state === "Allocated" ? allocatedIPAddress ?? [] : []
      );
  }

  /** The Events about objects of one name, written so far. */
  async events(name: string): Promise<readonly KubeEvent[]> {
    await this.pass(10_000);
    const { items } = await this.kube.of(EVENTS).list();
    for (const { type = "", reason } of items) {
      assert.ok(["Normal", "Warning"].includes(type), `Event ${reason} is of type "${type}"`);
    }
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  /** What the controller has written: `verb resource code` -> how often. */
  async writes(): Promise<Readonly<Record<string, number>>> {
    const lines = (await this.controller.metrics()).matchAll(
      /^vmdhcpcontroller_writes_total\{resource="(.*?)",verb="(.*?)",code="(.*?)"\} (\d+)$/gm,
    );
    return Object.fromEntries(
      [...lines].map((
        [, resource, verb, code, count],
      ) => [`${verb} ${resource} ${code}`, Number(count)]),
    );
  }

  /** Ends every controller as a signal would. */
  async stopAll(): Promise<void> {
    for (const running of [...this.#running]) await running.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
    this.api.close();
  }

  /** Lets time pass until a promise is settled. */
  async #until(promise: Promise<unknown>): Promise<void> {
    let settled = false;
    const end = () => settled = true;
    promise.then(end, end);
    await this.clock.advanceUntil(() => settled, { stepMs: STEP_MS, limitMs: LIMIT_MS });
    await promise;
  }
}

function present<T>(object: T | undefined, name: string): T {
  if (object === undefined) throw new Error(`There is no ${name}`);
  return object;
}

/** A small generator of numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
