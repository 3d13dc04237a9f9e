/**
 * Requests to the standalone server's API.
 *
 * @module
 */
import fc from "fast-check";
import { stringify } from "yaml";
import { EXAMPLE_VMNETCFG, NET_48, NET_48_SERVED } from "../../../core/api/fixtures/documents.ts";
import { EmbeddedApi } from "../../../standalone/api/mod.ts";
import { damaged, edited, type Json, oddValues, textOf, withUnspeakable } from "../arbitraries.ts";
import type { FuzzTarget } from "../target.ts";

/** One request. */
interface ApiInput {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly type: string;
  readonly accept: string;
  readonly body: string;
}

const GROUP = "/apis/network.harvesterhci.io/v1alpha1";
const POOLS = `${GROUP}/namespaces/default/ippools`;

const paths: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      POOLS,
      POOLS,
      `${POOLS}/net-48`,
      `${POOLS}/net-48`,
      `${POOLS}/net-48`,
      `${POOLS}/net-48/status`,
      `${POOLS}/net-48/scale`,
      `${POOLS}/net-48/status/x`,
      `${GROUP}/ippools`,
      `${GROUP}/namespaces/tenant/ippools/x`,
      `${GROUP}/namespaces/default/virtualmachinenetworkconfigs`,
      `${GROUP}/namespaces/default/virtualmachinenetworkconfigs/test-vm`,
      "/api/v1/namespaces",
      "/api/v1/namespaces/default",
      "/api/v1/namespaces/default/finalize",
      "/api/v1/namespaces/default/events",
      "/apis/coordination.k8s.io/v1/namespaces/default/leases",
      "/apis/kubevirt.io/v1/namespaces/default/virtualmachines",
      "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      "/apis",
      "/api",
      "/api/v1",
      GROUP,
      "/version",
      "/openapi/v2",
      "/openapi/v3",
      "/healthz",
      "/",
    ),
  },
  damaged(fc.constantFrom(`${POOLS}/net-48`, "/api/v1/namespaces/default"), 2)
    .map((path) => `/${path.replace(/[?#\\]/g, "%2F")}`),
  fc.tuple(fc.constantFrom(POOLS, "/api/v1/namespaces"), fc.string({ maxLength: 20 }))
    .map(([path, name]) => `${path}/${encodeURIComponent(name.toWellFormed())}`),
);

const queries = fc.array(
  fc.tuple(
    fc.constantFrom(
      "fieldSelector",
      "labelSelector",
      "limit",
      "continue",
      "resourceVersion",
      "resourceVersionMatch",
      "watch",
      "timeoutSeconds",
      "allowWatchBookmarks",
      "sendInitialEvents",
      "dryRun",
      "fieldManager",
      "fieldValidation",
      "force",
      "propagationPolicy",
      "gracePeriodSeconds",
      "pretty",
    ),
    fc.oneof(
      fc.constantFrom(
        "",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "1.5",
        "99999999999999999999",
        "All",
        "Strict",
        "Ignore",
        "Exact",
        "NotOlderThan",
        "Foreground",
        "Orphan",
        "metadata.name=net-48",
        "metadata.name!=x,spec.y=z",
        "a in (b,c),!d,e notin (f)",
        "a in (",
        "=,=",
        "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJ4In0",
      ),
      fc.string({ maxLength: 12 }),
    ),
  ),
  { maxLength: 3 },
).map((pairs) =>
  pairs.map(([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`).join("&")
);

const POINTERS = [
  "/spec/paused",
  "/spec/ipv4Config/dns/0",
  "/spec/ipv4Config/dns/-",
  "/metadata/labels",
  "/metadata/annotations/a~1b",
  "/metadata/finalizers/-",
  "/metadata/name",
  "/metadata/resourceVersion",
  "/spec/ipv4Config/dns/length",
  "/spec/constructor/prototype/paused",
  "/spec/toString/x",
  "/__proto__/x",
  "/status",
  "",
  "/",
  "spec",
];
const jsonPatch = fc.array(
  fc.record({
    op: fc.constantFrom("add", "remove", "replace", "test", "move", "copy", "x"),
    path: fc.constantFrom(...POINTERS),
    from: fc.constantFrom(...POINTERS),
    value: oddValues,
  }, { noNullPrototype: true }),
  { maxLength: 4 },
).map(textOf);
const mergePatch = edited([
  { spec: { paused: true, ipv4Config: { dns: null, leaseTime: 60 } } },
  { metadata: { labels: { a: "b" }, finalizers: ["a/b"], ownerReferences: [] } },
  { status: { ipv4: { allocated: { "192.168.48.82": "52:54:00:11:22:01" } } } },
]).map(textOf);

const LEASE: Json = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "l", namespace: "default" },
  spec: { holderIdentity: "a", leaseDurationSeconds: 5, renewTime: "2026-01-01T00:00:00.000000Z" },
};
const NAMESPACE: Json = { apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant" } };
const DELETION: Json = {
  apiVersion: "v1",
  kind: "DeleteOptions",
  propagationPolicy: "Foreground",
  preconditions: { uid: "x", resourceVersion: "1" },
};
const object = edited([
  NET_48,
  NET_48,
  NET_48_SERVED,
  EXAMPLE_VMNETCFG,
  LEASE,
  NAMESPACE,
  DELETION,
]);

/** A body and its type. */
const bodies: fc.Arbitrary<Pick<ApiInput, "type" | "body">> = fc.oneof(
  { weight: 4, arbitrary: object.map((one) => ({ type: "application/json", body: textOf(one) })) },
  jsonPatch.map((body) => ({ type: "application/json-patch+json", body })),
  mergePatch.map((body) => ({ type: "application/merge-patch+json", body })),
  mergePatch.map((body) => ({ type: "application/strategic-merge-patch+json", body })),
  object.map((one) => ({ type: "application/apply-patch+yaml", body: stringify(one) })),
  fc.tuple(
    fc.constantFrom("application/yaml", "application/vnd.kubernetes.protobuf", "text/plain", ""),
    damaged(object.map(textOf), 3),
  ).map(([type, body]) => ({ type, body })),
  fc.tuple(
    fc.constantFrom(
      "application/json",
      "application/json-patch+json",
      "application/apply-patch+yaml",
    ),
    damaged(fc.constantFrom("", "null", "[]", "1", '"x"', "{", "- a", "a: [")),
  ).map(([type, body]) => ({ type, body })),
);

const request: fc.Arbitrary<ApiInput> = fc.record({
  method: fc.constantFrom(
    "GET",
    "POST",
    "POST",
    "PUT",
    "PATCH",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
  ),
  path: paths,
  query: queries,
  body: bodies,
  accept: fc.constantFrom(
    "application/json",
    "*/*",
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/vnd.kubernetes.protobuf",
    "text/html",
    "",
    ";;=",
  ),
}, { noNullPrototype: true }).map(({ body, ...rest }) => ({ ...rest, ...body }));

const JSON_BODY = { query: "", type: "application/json", accept: "application/json" };
const CONFIG_LIST = `${GROUP}/namespaces/default/virtualmachinenetworkconfigs`;
/** Objects in all their kinds, created, replaced and applied, each with one place that holds what is neither text nor number. */
const unspeakable: readonly (readonly ApiInput[])[] = ([
  [NET_48_SERVED, "PUT", `${POOLS}/net-48`],
  [NET_48_SERVED, "PUT", `${POOLS}/net-48/status`],
  [EXAMPLE_VMNETCFG, "POST", CONFIG_LIST],
  [LEASE, "POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases"],
  [NAMESPACE, "POST", "/api/v1/namespaces"],
  [DELETION, "DELETE", `${POOLS}/net-48`],
] as const).flatMap(([value, method, path]) =>
  withUnspeakable([value]).map((body) => [{ ...JSON_BODY, method, path, body: textOf(body) }])
);

/**
 * A kube-apiserver answers the first two by a 500 and a list of what is yet to come by a 504, and `tests/contract` holds
 * the embedded API to its words.
 */
const SO_DOES_KUBERNETES =
  /"message":"(resourceVersion should not be set on objects to be created|invalid resource version |Too large resource version: \d+, current: \d+")/;

/** A pool is there; whatever then is asked, the answer is below 500, is JSON where it says so, and the API goes on. */
export const apiRequests: FuzzTarget<readonly ApiInput[]> = {
  inputs: fc.array(request, { minLength: 1, maxLength: 5 }),
  always: [
    ...unspeakable,
    ...unspeakable.filter(([{ method } = { method: "" }]) => method === "PUT").map((requests) =>
      requests.map((one) => ({
        ...one,
        method: "PATCH",
        query: "fieldManager=a&force=true",
        type: "application/apply-patch+yaml",
      }))
    ),
  ],
  async check(requests) {
    using api = new EmbeddedApi();
    const first = { method: "POST", path: POOLS, query: "", type: "application/json", accept: "" };
    await ask(api, { ...first, body: JSON.stringify(NET_48) });
    for (const [index, one] of requests.entries()) {
      try {
        await ask(api, one);
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`Request ${index}: ${message}`, { cause });
      }
    }
    const list = {
      method: "GET",
      path: `${GROUP}/ippools`,
      query: "",
      type: "",
      accept: "",
      body: "",
    };
    if (await ask(api, list) !== 200) throw new Error("The pools cannot be listed afterwards");
  },
};

/** Asks, and answers the status. */
async function ask(
  api: EmbeddedApi,
  { method, path, query, type, accept, body }: ApiInput,
): Promise<number> {
  const url = URL.parse(`http://api${path}${query === "" ? "" : `?${query}`}`);
  if (url === null) return 0;
  const abort = new AbortController();
  const answer = await api.fetch(
    new Request(url, {
      method,
      headers: { ...(type === "" ? {} : { "content-type": type }), accept },
      signal: abort.signal,
      ...(method === "GET" || method === "HEAD" ? {} : { body }),
    }),
  );
  const isWatch = query.includes("watch=") && answer.ok;
  const text = isWatch ? "" : await answer.text();
  if (isWatch) {
    abort.abort();
    await answer.body?.cancel().catch(() => undefined);
  }
  if (answer.status >= 500 && !SO_DOES_KUBERNETES.test(text)) {
    throw new Error(`HTTP ${answer.status}: ${text}`);
  }
  const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
  if (isJson && text !== "") JSON.parse(text);
  return answer.status;
}
