/**
 * All that is fuzzed, by name.
 *
 * @module
 */
import type { FuzzTarget } from "./target.ts";
import { apiRequests } from "./targets/api_requests.ts";
import { kubeconfigs } from "./targets/kubeconfigs.ts";
import { manifests } from "./targets/manifests.ts";
import { networks } from "./targets/networks.ts";
import { nicOptions } from "./targets/nic_options.ts";
import { packets } from "./targets/packets.ts";
import { reviews } from "./targets/reviews.ts";

/** Name, which is also its folder in `corpus/` -> target. */
export const TARGETS: ReadonlyMap<string, FuzzTarget> = new Map<string, FuzzTarget>([
  ["packets", packets],
  ["reviews", reviews],
  ["manifests", manifests],
  ["kubeconfigs", kubeconfigs],
  ["networks", networks],
  ["nic-options", nicOptions],
  ["api-requests", apiRequests],
]);
