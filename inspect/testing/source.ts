/**
 * A source of answers for tests.
 *
 * @module
 */
import { heardWith, worldWith } from "../../core/inspect/testing/world.ts";
import type { InspectSource } from "../source.ts";

/** A source in which `default/web` has its address, but for what is said. */
export function sourceWith(changes: Partial<InspectSource> = {}): InspectSource {
  const world = worldWith();
  return {
    now: () => world.now,
    tenancy: world.tenancy,
    notReady: () => [],
    pools: () => world.pools,
    configs: () => world.configs,
    vms: () => world.vms,
    vmis: () => world.vmis,
    networks: () => world.networks,
    namespaces: () => world.namespaces,
    agents: () => [],
    heard: () => Promise.resolve(heardWith()),
    packets: () => Promise.resolve(new Response("")),
    history: () => Promise.resolve([]),
    checks: () => Promise.resolve([]),
    ...changes,
  };
}
