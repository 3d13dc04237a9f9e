import { rejects } from "node:assert/strict";
import type { RestClient } from "../kube/rest_client.ts";
import { ApiError } from "../kube/errors.ts";
import { askCluster } from "./ask.ts";

/** A cluster that answers every request with 404. */
function clusterWithout(message: string, details: object): RestClient {
  const status = { kind: "Status", apiVersion: "v1", code: 404, reason: "NotFound", message };
  return {
    performRequest: ({ method, path }: { readonly method: string; readonly path: string }) =>
      Promise.reject(new ApiError({ ...status, details } as never, { method, path } as never)),
  } as unknown as RestClient;
}

const WHERE = { namespace: "vm-dhcp", service: "vm-dhcp-controller" };
const QUESTION = { verb: "why", parameters: new URLSearchParams({ of: "web" }) };

Deno.test("askCluster says which flag is meant where vm-dhcp is in another namespace", async () => {
  const ask = askCluster(
    clusterWithout('services "vm-dhcp-controller" not found', { kind: "services" }),
    WHERE,
  );
  await rejects(() => ask(QUESTION, new AbortController().signal), {
    message:
      "There is no Service vm-dhcp-controller in namespace vm-dhcp: where vm-dhcp is installed elsewhere, name that by --service-namespace",
  });
});

Deno.test("askCluster hands on what the controller does not know, which is no missing Service", async () => {
  const ask = askCluster(clusterWithout("There is no VM and no vmnetcfg web", {}), WHERE);
  await rejects(() => ask(QUESTION, new AbortController().signal), /no vmnetcfg web$/);
});
