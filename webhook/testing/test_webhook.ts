/**
 * The webhook that the shared cases are put to, on every runtime: `export default { fetch }` is what workerd serves.
 *
 * @module
 */
import { createWebhook, type WebhookHandler } from "../handler.ts";
import { type ClusterView, viewOfObjects } from "../cluster_view.ts";
import { CONFIGS, NETWORKS, POOLS } from "./objects.ts";

/** Longest body that it reads. */
export const MAX_BODY_BYTES = 8_000;

const objects = viewOfObjects({ networks: NETWORKS, pools: POOLS, configs: CONFIGS });

/** The objects at hand; a question about `default/broken` fails. */
const cluster: ClusterView = {
  ...objects,
  network: (name) => {
    if (name === "default/broken") throw new Error("The detail that only the log may have");
    return objects.network(name);
  },
};

/** The webhook. */
export const fetch: WebhookHandler = createWebhook({
  cluster,
  serviceCidrs: ["10.96.0.0/12"],
  trustedUsers: ["controller", "collector"],
  maxBodyBytes: MAX_BODY_BYTES,
});

export default { fetch };
