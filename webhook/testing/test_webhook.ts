/**
 * The webhook that the shared cases are put to, on every runtime: `export default { fetch }` is what workerd serves.
 *
 * @module
 */
import { createWebhook, type WebhookHandler } from "../http/handler.ts";
import { type ClusterView, viewOfObjects } from "../cluster/cluster_view.ts";
import { CONFIGS, MAX_BODY_BYTES, NETWORKS, POOLS } from "./objects.ts";

const objects = viewOfObjects({ networks: NETWORKS, pools: POOLS, configs: CONFIGS });

/** The objects at hand; a question about `default/broken` fails. */
const cluster: ClusterView = {
  ...objects,
  network: (name) => {
    if (name === "default/broken") throw new Error("The detail that only the log may have");
    return objects.network(name);
  },
};

const fetch: WebhookHandler = createWebhook({
  cluster,
  serviceCidrs: ["10.96.0.0/12"],
  ownAddresses: [{ address: "10.50.0.7", name: "a node's" }],
  trustedUsers: ["controller", "collector"],
  maxBodyBytes: MAX_BODY_BYTES,
});

/** The webhook. Whatever else a module exports, workerd would take for one more service. */
export default { fetch };
