/**
 * Create, read, replace: identity, versions, generated fields.
 *
 * @module
 */
import { notStrictEqual, strictEqual } from "node:assert/strict";
import { cases, type ContractCase } from "../contract_case.ts";
import { eventAbout, lease, meta, pool, vmnetcfg } from "../objects.ts";

/** The cases. */
export const OBJECT_CASES: readonly ContractCase[] = cases({
  "a history, which has no status, is written whole": async (s) => {
    const histories = s.pools.replace(/ippools$/, "ippoolhistories");
    const apiVersion = "network.harvesterhci.io/v1alpha1";
    const change = {
      at: "2026-01-01T00:00:00Z",
      event: "given",
      address: "192.168.48.81",
      macAddress: "52:54:00:12:34:56",
      why: "Allocated",
    };
    const head = { apiVersion, kind: "IPPoolHistory", metadata: { name: "net-48" } };
    const { body } = await s.ask("POST", histories, { body: { ...head, changes: [change] } });
    const next = { ...body, changes: [change, { ...change, event: "released" }] };
    await s.ask("PUT", `${histories}/net-48`, { body: next });
    await s.ask("PUT", `${histories}/net-48`, { body: next });
    await s.ask("GET", `${histories}/net-48/status`);
    await s.ask("POST", histories, { body: { ...head, changes: [{ ...change, event: "lost" }] } });
    await s.ask("POST", histories, { body: head });
  },
  "create gives uid, generation and time, and drops status": async (s) => {
    await s.ask("POST", s.pools, {
      body: { ...pool("a"), status: { lastUpdate: "2024-01-01T00:00:00Z" } },
    });
  },
  "create of a taken name is refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a") });
    strictEqual((await s.ask("POST", s.pools, { body: pool("a") })).code, 409);
  },
  "create without a name is refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("") });
  },
  "create with generateName makes a name": async (s) => {
    const made = await s.ask("POST", s.pools, {
      body: pool("", { metadata: { generateName: "pool-" } }),
    });
    notStrictEqual(meta(made.body).name, "");
  },
  "create with a resourceVersion is refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a", { metadata: { resourceVersion: "5" } }) });
  },
  "create ignores uid, creationTimestamp, deletionTimestamp and generation": async (s) => {
    await s.ask("POST", s.pools, {
      body: pool("a", {
        metadata: {
          uid: "mine",
          creationTimestamp: "2001-01-01T00:00:00Z",
          deletionTimestamp: "2001-01-01T00:00:00Z",
          generation: 7,
        },
      }),
    });
  },
  "create with another namespace in the body is refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a", { metadata: { namespace: "default" } }) });
  },
  "create with another kind is refused": async (s) => {
    await s.ask("POST", s.pools, { body: vmnetcfg("a") });
  },
  "create with another apiVersion is refused": async (s) => {
    await s.ask("POST", s.pools, { body: { ...pool("a"), apiVersion: "kubevirt.io/v1" } });
  },
  "create without kind and apiVersion is refused for custom resources": async (s) => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = pool("a");
    await s.ask("POST", s.pools, { body: rest });
  },
  "create without kind and apiVersion is taken for built-in kinds": async (s) => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = lease("a");
    await s.ask("POST", s.leases, { body: rest });
  },
  "create of a bad name is refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("Bad_Name") });
  },
  "create as a dry run answers and stores nothing": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a"), query: { dryRun: "All" } });
    strictEqual((await s.ask("GET", `${s.pools}/a`)).code, 404);
  },
  "get of what is not there is refused": async (s) => {
    strictEqual((await s.ask("GET", `${s.pools}/nobody`)).code, 404);
  },
  "get of a resource that is not served is refused": async (s) => {
    strictEqual((await s.ask("GET", "/apis/network.harvesterhci.io/v1alpha1/pools")).code, 404);
    strictEqual((await s.ask("GET", "/apis/nobody.example/v1/things")).code, 404);
  },
  "replace without a resourceVersion is refused for custom resources": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a`, { body: pool("a") });
  },
  "replace without kind and apiVersion is refused for custom resources": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = made.body;
    await s.ask("PUT", `${s.pools}/a`, { body: rest });
  },
  "replace with the newest resourceVersion counts generation by spec only": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    const labelled = await s.ask("PUT", `${s.pools}/a`, {
      body: { ...made.body, metadata: { ...meta(made.body), labels: { a: "b" } } },
    });
    await s.ask("PUT", `${s.pools}/a`, {
      body: { ...labelled.body, spec: { ...labelled.body.spec as object, paused: true } },
    });
  },
  "replace with an old resourceVersion is a conflict": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("PATCH", `${s.pools}/a`, {
      contentType: "application/merge-patch+json",
      body: { metadata: { labels: { a: "b" } } },
    });
    const answer = await s.ask("PUT", `${s.pools}/a`, { body: made.body });
    strictEqual(answer.code, 409);
  },
  "replace that changes nothing keeps the resourceVersion": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    const same = await s.ask("PUT", `${s.pools}/a`, { body: made.body });
    strictEqual(meta(same.body).resourceVersion, meta(made.body).resourceVersion);
  },
  "replace with another uid is a conflict": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a`, {
      body: {
        ...made.body,
        metadata: { ...meta(made.body), uid: "00000000-0000-4000-8000-000000000000" },
      },
    });
  },
  "replace with another name is refused": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/b`, { body: made.body });
  },
  "replace of what is not there is refused for custom resources": async (s) => {
    await s.ask("PUT", `${s.pools}/a`, { body: pool("a", { metadata: { resourceVersion: "5" } }) });
  },
  "replace of a Lease that is not there makes it": async (s) => {
    await s.ask("PUT", `${s.leases}/a`, { body: lease("a", { leaseDurationSeconds: 5 }) });
  },
  "replace of a Lease needs a resourceVersion, of an Event not": async (s) => {
    await s.quietly("POST", s.leases, { body: lease("a") });
    await s.ask("PUT", `${s.leases}/a`, { body: lease("a") });
    const event = eventAbout(s.namespace, "a");
    await s.quietly("POST", s.core("events"), { body: event });
    await s.ask("PUT", `${s.core("events")}/a.1`, { body: { ...event, count: 2 } });
  },
  "replace as a dry run answers and stores nothing": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a`, {
      query: { dryRun: "All" },
      body: { ...made.body, metadata: { ...meta(made.body), labels: { a: "b" } } },
    });
    await s.ask("GET", `${s.pools}/a`);
  },
  "an Event is kept as it is written": async (s) => {
    await s.ask("POST", s.core("events"), { body: eventAbout(s.namespace, "a") });
  },
});
