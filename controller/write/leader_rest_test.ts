import { deepStrictEqual, rejects } from "node:assert/strict";
import { createKubeClient } from "../../kube/objects/client.ts";
import { EVENTS, IPPOOL_HISTORIES, IPPOOLS } from "../../kube/objects/resources.ts";
import { toRestClient } from "../../kube/rest_client.ts";
import { leaderRest } from "./leader_rest.ts";

Deno.test("who is not sure to lead reads, and tells what was, and decides nothing", async () => {
  const sent: string[] = [];
  let isLeader = true;
  const rest = leaderRest(
    toRestClient(({ method, path }) => {
      sent.push(`${method} ${path.split("/").at(-1)}`);
      return Promise.resolve({ metadata: {} } as never);
    }),
    () => isLeader,
  );
  const kube = createKubeClient(rest);
  const pools = kube.of(IPPOOLS);
  const key = { namespace: "default", name: "net" };
  await pools.delete(key);
  isLeader = false;
  await pools.get(key);
  for (const told of [kube.of(EVENTS), kube.of(IPPOOL_HISTORIES)]) await told.delete(key);
  for (
    const decide of [
      () => pools.delete(key),
      () => pools.patch(key, { type: "merge", body: {} }),
    ]
  ) {
    await rejects(decide, /ippools\/net: another controller may lead by now$/);
  }
  deepStrictEqual(sent, ["DELETE net", "GET net", "DELETE net", "DELETE net"]);
});
