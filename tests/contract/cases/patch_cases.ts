/**
 * Merge, JSON and strategic merge patches.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { cases, type ContractCase } from "../contract_case.ts";
import type { JsonObject } from "../../../standalone/api/json.ts";
import { lease, machine, meta, ownerOf, pool } from "../objects.ts";

const MERGE = { contentType: "application/merge-patch+json" };
const JSON_PATCH = { contentType: "application/json-patch+json" };
const STRATEGIC = { contentType: "application/strategic-merge-patch+json" };

/** The cases. */
export const PATCH_CASES: readonly ContractCase[] = cases({
  "merge patch sets, changes and removes": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { labels: { a: "1", b: "2" } } }),
    });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: {
        metadata: { labels: { a: null, c: "3" } },
        spec: { ipv4Config: { leaseTime: 300, dns: null } },
      },
    });
  },
  "merge patch that changes nothing keeps the resourceVersion": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    const same = await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { spec: { networkName: "default/net-48" } },
    });
    strictEqual(meta(same.body).resourceVersion, meta(made.body).resourceVersion);
  },
  "merge patch with an old resourceVersion is a conflict": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("PATCH", `${s.pools}/a`, { ...MERGE, body: { spec: { paused: true } } });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: {
        metadata: { resourceVersion: meta(made.body).resourceVersion },
        spec: { paused: false },
      },
    });
  },
  "merge patch of what is not there is refused": async (s) => {
    await s.ask("PATCH", `${s.pools}/nobody`, { ...MERGE, body: { spec: { paused: true } } });
  },
  "merge patch cannot change uid, name or namespace": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    for (const metadata of [{ uid: "other" }, { name: "other" }, { namespace: "default" }]) {
      const answer = await s.quietly("PATCH", `${s.pools}/a`, { ...MERGE, body: { metadata } });
      s.note([answer.code, answer.body.reason ?? "", answer.body.message ?? ""]);
    }
  },
  "merge patch cannot change creationTimestamp or generation": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { metadata: { creationTimestamp: "2001-01-01T00:00:00Z", generation: 99 } },
    });
  },
  "merge patch as a dry run stores nothing": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { spec: { paused: true } },
      query: { dryRun: "All" },
    });
    await s.ask("GET", `${s.pools}/a`);
  },
  "merge patch that is not an object is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, { ...MERGE, body: [1] });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "JSON patch adds, replaces, removes, moves, copies and tests": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a", { metadata: { labels: { a: "1" } } }) });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...JSON_PATCH,
      body: [
        { op: "test", path: "/spec/networkName", value: "default/net-48" },
        { op: "add", path: "/spec/ipv4Config/dns/-", value: "8.8.8.8" },
        { op: "add", path: "/spec/ipv4Config/leaseTime", value: 60 },
        { op: "replace", path: "/spec/ipv4Config/leaseTime", value: 120 },
        { op: "copy", from: "/spec/ipv4Config/dns/0", path: "/spec/ipv4Config/router" },
        { op: "move", from: "/metadata/labels/a", path: "/metadata/labels/b" },
        { op: "remove", path: "/spec/ipv4Config/serverIP" },
      ],
    });
  },
  "JSON patch whose test fails changes nothing": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, {
      ...JSON_PATCH,
      body: [
        { op: "add", path: "/spec/paused", value: true },
        { op: "test", path: "/spec/networkName", value: "other" },
      ],
    });
    s.note([answer.code, answer.body.reason ?? ""]);
    await s.ask("GET", `${s.pools}/a`);
  },
  "JSON patch of a path that is not there is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    for (
      const operation of [
        { op: "remove", path: "/spec/paused" },
        { op: "replace", path: "/spec/paused", value: true },
        { op: "add", path: "/status/x/y", value: true },
      ]
    ) {
      const answer = await s.quietly("PATCH", `${s.pools}/a`, { ...JSON_PATCH, body: [operation] });
      s.note([answer.code, answer.body.reason ?? ""]);
    }
  },
  "JSON patch with an unknown operation is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, {
      ...JSON_PATCH,
      body: [{ op: "increment", path: "/spec/x" }],
    });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "strategic merge patch of a custom resource is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a`, { ...STRATEGIC, body: { spec: { paused: true } } });
  },
  "strategic merge patch of a built-in kind sets, removes, and adds to finalizers": async (s) => {
    await s.quietly("POST", s.leases, {
      body: lease("a", { leaseDurationSeconds: 5 }, { finalizers: ["example.com/one"] }),
    });
    await s.ask("PATCH", `${s.leases}/a`, {
      ...STRATEGIC,
      body: {
        metadata: { finalizers: ["example.com/two"] },
        spec: { leaseDurationSeconds: null, leaseTransitions: 1 },
      },
    });
  },
  "strategic merge patch takes finalizers and owners away": async (s) => {
    const owners: JsonObject[] = [];
    for (const name of ["one", "two"]) {
      const owner = await s.quietly("POST", s.machines, { body: machine(name) });
      owners.push(ownerOf(owner.body));
    }
    await s.quietly("POST", s.leases, {
      body: lease("a", {}, {
        finalizers: ["example.com/one", "example.com/two"],
        ownerReferences: owners,
      }),
    });
    const [{ uid = "" } = {}] = owners;
    await s.ask("PATCH", `${s.leases}/a`, {
      ...STRATEGIC,
      body: {
        metadata: {
          "$deleteFromPrimitiveList/finalizers": ["example.com/one"],
          ownerReferences: [{ uid, $patch: "delete" }],
        },
      },
    });
  },
  "patch of an unknown content type is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, {
      contentType: "application/json",
      body: { spec: { paused: true } },
    });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
});
