/**
 * An informer on an API that a test writes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { createKubeClient } from "../objects/client.ts";
import type { Informer } from "../types.ts";
import { createInformer, type InformerOptions } from "../watch/informer.ts";
import { CONFIG_MAPS, type ConfigMap } from "./config_map.ts";
import { ScriptedApi } from "./scripted_api.ts";

/** An informer that runs, and its world. */
interface InformerScene {
  readonly api: ScriptedApi;
  readonly clock: ManualClock;
  readonly logger: MemoryLogger;
  readonly informer: Informer<ConfigMap>;
  /** What it told: `added namespace/name`, and so on. */
  readonly changes: string[];
  readonly stop: AbortController;
  /** Ends the informer, which must leave nothing behind. */
  end(): Promise<void>;
  /** The names of what it knows, in order. */
  names(): readonly (string | undefined)[];
}

/** Has an informer run. */
export function setUp(
  options: Partial<InformerOptions<ConfigMap>> & { readonly clock?: ManualClock } = {},
): InformerScene {
  const api = new ScriptedApi(CONFIG_MAPS);
  const { clock = new ManualClock() } = options;
  const logger = memoryLogger();
  const stop = new AbortController();
  const informer = createInformer<ConfigMap>({
    client: createKubeClient(api.rest).of(CONFIG_MAPS),
    random: () => 0.5,
    logger,
    ...options,
    clock,
  });
  const changes: string[] = [];
  informer.onChange((key, before, after) => {
    const kind = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
    changes.push(`${kind} ${key}`);
  });
  const running = informer.run(stop.signal);
  const end = async () => {
    stop.abort(new Error("The test is over"));
    await clock.settle();
    await running;
    assert.equal(clock.sleeping, 0);
    assert.equal(api.watches, 0);
  };
  const names = () => [...informer.list()].map((object) => object.metadata.name).sort();
  return { api, clock, logger, informer, changes, stop, end, names };
}
