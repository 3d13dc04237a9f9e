/**
 * Admission of IPPools and VirtualMachineNetworkConfigs as one pure function from `Request` to `Response`: it fills in
 * what a pool leaves out, and refuses what cannot work, every bad field at once.
 *
 * It needs nothing but the web's own interfaces, so it runs on Deno, Node, workerd or any other edge runtime.
 *
 * @module
 */
export {
  type Awaitable,
  type ClusterObjects,
  type ClusterView,
  viewOfObjects,
} from "./cluster/cluster_view.ts";
export type { Judged } from "./http/judged.ts";
export type { OwnAddress } from "./judge/decision.ts";
export {
  createWebhook,
  type WebhookHandler,
  type WebhookLog,
  type WebhookOptions,
} from "./http/handler.ts";
