import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ApiError, createKubeClient, type JsonValue, toRestClient } from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import { followCluster, type FollowedView } from "./informer_view.ts";
import { nad, SERVED } from "../testing/objects.ts";

const clock = new ManualClock();

/** A view of an API server that answers lists by their plural; watches stay open and silent. */
function viewOf(list: (plural: string, query: URLSearchParams) => JsonValue[]): FollowedView {
  const rest = toRestClient((request) => {
    if (request.expectStream === true) return Promise.resolve(new ReadableStream<JsonValue>());
    const plural = request.path.split("/").at(-1) ?? "";
    return Promise.try(() => ({
      metadata: { resourceVersion: "1" },
      items: list(plural, request.querystring ?? new URLSearchParams()),
    }));
  });
  const kube = createKubeClient(rest);
  return followCluster({ kube, clock, random: () => 0.5, log: silentLogger });
}

/** Runs the view while `look` looks. */
async function following(view: FollowedView, look: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const running = view.run(stop.signal);
  try {
    await clock.settle();
    await look();
  } finally {
    stop.abort();
    await running;
  }
}

function notServed(plural: string): never {
  throw new ApiError({ code: 404, reason: "NotFound" }, { method: "GET", path: plural });
}

Deno.test("followCluster finds pools by the network that their spec means", async () => {
  const view = viewOf((plural) => plural === "ippools" ? [SERVED as unknown as JsonValue] : []);
  deepStrictEqual(view.notReady(), [
    "network-attachment-definitions are not listed yet",
    "ippools are not listed yet",
    "virtualmachinenetworkconfigs are not listed yet",
  ]);
  await following(view, async () => {
    deepStrictEqual(view.notReady(), []);
    const names = async (network: string) =>
      (await view.poolsOn(network)).map(({ metadata }) => metadata.name);
    deepStrictEqual(await names("default/net-50"), ["fifty"]);
    deepStrictEqual(await names("pools/fifty"), []);
  });
});

Deno.test("followCluster asks the server for a network that it has not seen yet", async () => {
  const fresh = nad("default/fresh") as unknown as JsonValue;
  const view = viewOf((_, query) =>
    query.get("fieldSelector") === "metadata.name=fresh" ? [fresh] : []
  );
  await following(view, async () => {
    strictEqual((await view.network("default/fresh"))?.metadata.name, "fresh");
    strictEqual(await view.network("default/none"), undefined);
  });
});

Deno.test("followCluster is ready without Multus, and knows no networks then", async () => {
  const view = viewOf((plural) => plural.startsWith("network-") ? notServed(plural) : []);
  await following(view, async () => {
    deepStrictEqual(view.notReady(), []);
    strictEqual(await view.network("default/net-48"), undefined);
  });
});

Deno.test("followCluster does not take a failure for a missing network", async () => {
  const view = viewOf((_, query) => {
    if (query.get("fieldSelector") === null) return [];
    throw new ApiError({ code: 500 }, { method: "GET", path: "/" });
  });
  await following(view, () => rejects(async () => await view.network("default/net-48"), /500/));
});

Deno.test("E5: followCluster says why it does not know a kind", async () => {
  const forbidden = () => {
    throw new ApiError({ code: 403, reason: "Forbidden" }, { method: "GET", path: "/ippools" });
  };
  const view = viewOf((plural) => plural === "ippools" ? forbidden() : []);
  await following(view, () => {
    deepStrictEqual(view.notReady(), [
      "ippools are not listed yet: Cannot GET /ippools: 403 Forbidden",
    ]);
    return Promise.resolve();
  });
});
