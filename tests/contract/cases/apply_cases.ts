/**
 * Server-side apply and managed fields.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { JsonObject } from "../../../standalone/api/json.ts";
import { cases, type ContractCase } from "../contract_case.ts";
import { configMap, deployment, meta, pool } from "../objects.ts";
import type { Answered, Session } from "../session.ts";

const MERGE = { contentType: "application/merge-patch+json" };

function apply(
  s: Session,
  path: string,
  options: { readonly body: JsonObject; readonly manager: string; readonly force?: boolean },
): Promise<Answered> {
  const { body, manager, force } = options;
  return s.ask("PATCH", path, {
    contentType: "application/apply-patch+yaml",
    body,
    query: { fieldManager: manager, ...(force === undefined ? {} : { force: String(force) }) },
  });
}

/** The cases. */
export const APPLY_CASES: readonly ContractCase[] = cases({
  "apply makes what is not there": async (s) => {
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
  },
  "apply of the same changes nothing": async (s) => {
    const first = await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    const second = await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    strictEqual(meta(first.body).resourceVersion, meta(second.body).resourceVersion);
  },
  "apply removes what its manager no longer says": async (s) => {
    const body = pool("a", { metadata: { labels: { a: "1", b: "2" }, annotations: { c: "3" } } });
    await apply(s, `${s.pools}/a`, { body, manager: "one" });
    await apply(s, `${s.pools}/a`, {
      body: pool("a", { metadata: { labels: { b: "2" } } }),
      manager: "one",
    });
  },
  "apply keeps what others said": async (s) => {
    await apply(s, `${s.pools}/a`, {
      body: pool("a", { metadata: { labels: { mine: "1" } } }),
      manager: "one",
    });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { metadata: { labels: { theirs: "2" } } },
    });
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
  },
  "apply of another value than another manager's is a conflict": async (s) => {
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    const answer = await apply(s, `${s.pools}/a`, {
      body: pool("a", {
        spec: { ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.78" } },
      }),
      manager: "two",
    });
    strictEqual(answer.code, 409);
  },
  "apply with force takes the field over": async (s) => {
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    await apply(s, `${s.pools}/a`, {
      body: pool("a", {
        spec: { ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.78" } },
      }),
      manager: "two",
      force: true,
    });
  },
  "apply of the same value shares the field": async (s) => {
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "two" });
    await apply(s, `${s.pools}/a`, {
      body: { ...pool("a"), spec: { networkName: "default/net-48" } },
      manager: "one",
    });
  },
  "apply conflicts with an update by several fields": async (s) => {
    await apply(s, `${s.core("configmaps")}/a`, {
      body: configMap("a", { x: "1", y: "2" }),
      manager: "one",
    });
    await s.quietly("PATCH", `${s.core("configmaps")}/a`, {
      ...MERGE,
      body: { data: { x: "9", y: "8" } },
    });
    await apply(s, `${s.core("configmaps")}/a`, {
      body: configMap("a", { x: "1", y: "2" }),
      manager: "one",
    });
  },
  "an update of an applied field takes it from its manager": async (s) => {
    await apply(s, `${s.pools}/a`, { body: pool("a"), manager: "one" });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { spec: { ipv4Config: { dns: ["8.8.8.8"] } } },
    });
  },
  "apply merges lists by their keys": async (s) => {
    const path = `/apis/apps/v1/namespaces/${s.namespace}/deployments/a`;
    await s.quietly("PATCH", path, {
      contentType: "application/apply-patch+yaml",
      query: { fieldManager: "one" },
      body: deployment("a"),
    });
    const side = deployment("a");
    const answer = await s.quietly("PATCH", path, {
      contentType: "application/apply-patch+yaml",
      query: { fieldManager: "two" },
      body: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: side.metadata as JsonObject,
        spec: {
          template: {
            spec: {
              containers: [
                { name: "agent", env: [{ name: "B", value: "2" }] },
                { name: "side", image: "side:1" },
              ],
            },
          },
        },
      },
    });
    const spec = answer.body.spec as {
      template: { spec: { containers: Record<string, string>[] } };
    };
    s.note(
      spec.template.spec.containers.map(({ name = "", image = "", env = "" }) => ({
        name,
        image,
        env,
      })),
    );
  },
  "apply merges finalizers as a set": async (s) => {
    await apply(s, `${s.core("configmaps")}/a`, {
      body: configMap("a", {}, { finalizers: ["example.com/one"] }),
      manager: "one",
    });
    await apply(s, `${s.core("configmaps")}/a`, {
      body: configMap("a", {}, { finalizers: ["example.com/two"] }),
      manager: "two",
    });
    await apply(s, `${s.core("configmaps")}/a`, { body: configMap("a"), manager: "one" });
  },
  "apply of status through its subresource": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await apply(s, `${s.pools}/a/status`, {
      body: {
        ...pool("a"),
        status: {
          ipv4: { used: 1, available: 7, allocated: { "192.168.48.84": "ca:70:82:e6:84:6e" } },
        },
      },
      manager: "controller",
    });
  },
  "apply without a field manager is refused": async (s) => {
    await s.ask("PATCH", `${s.pools}/a`, {
      contentType: "application/apply-patch+yaml",
      body: pool("a"),
    });
  },
  "apply with managedFields is refused": async (s) => {
    await apply(s, `${s.pools}/a`, {
      body: pool("a", { metadata: { managedFields: [{ manager: "x" }] } }),
      manager: "one",
    });
  },
  "apply of an invalid object is refused": async (s) => {
    await apply(s, `${s.pools}/a`, {
      body: pool("a", { spec: { ipv4Config: { cidr: "192.168.48.0/24", leaseTime: "x" } } }),
      manager: "one",
    });
  },
  "apply of an unknown field is refused": async (s) => {
    await apply(s, `${s.pools}/a`, {
      body: pool("a", { spec: { ipv4Config: { cidr: "192.168.48.0/24", colour: "red" } } }),
      manager: "one",
    });
  },
  "apply to an object whose fields are not tracked": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { metadata: { managedFields: [{}] } },
    });
    await apply(s, `${s.pools}/a`, { body: pool("a", { spec: { paused: true } }), manager: "one" });
  },
  "apply as a dry run stores nothing": async (s) => {
    await s.ask("PATCH", `${s.pools}/a`, {
      contentType: "application/apply-patch+yaml",
      query: { fieldManager: "one", dryRun: "All" },
      body: pool("a"),
    });
    strictEqual((await s.ask("GET", `${s.pools}/a`)).code, 404);
  },
  "managed fields are cleared by one empty entry": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a`, { ...MERGE, body: { metadata: { managedFields: [{}] } } });
  },
  "managed fields tell create, update and status apart": async (s) => {
    const made = await s.quietly("POST", s.pools, {
      body: pool("a"),
      query: { fieldManager: "maker" },
    });
    await s.quietly("PATCH", `${s.pools}/a/status`, {
      ...MERGE,
      query: { fieldManager: "controller" },
      body: { status: { conditions: [{ type: "Registered", status: "True" }] } },
    });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, {
      ...MERGE,
      query: { fieldManager: "other" },
      body: { metadata: { annotations: { a: "b" } }, spec: { paused: true } },
    });
    strictEqual(meta(answer.body).uid, meta(made.body).uid);
    s.note(meta(answer.body).managedFields ?? null);
  },
});
