/**
 * Deletion: preconditions, finalizers, owners, namespaces.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { isObject, listAt, objectAt } from "../../../standalone/api/json.ts";
import { cases, type ContractCase } from "../contract_case.ts";
import { lease, machine, meta, ownerOf, pool, vmnetcfg } from "../objects.ts";

const MERGE = { contentType: "application/merge-patch+json" };
const OPTIONS = { apiVersion: "v1", kind: "DeleteOptions" };
const FINALIZER = "wrangler.cattle.io/vm-dhcp-ippool-controller";

/** The cases. */
export const DELETE_CASES: readonly ContractCase[] = cases({
  "delete answers a Status with the uid": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("DELETE", `${s.pools}/a`);
    strictEqual((await s.ask("GET", `${s.pools}/a`)).code, 404);
  },
  "delete of what is not there is refused": async (s) => {
    await s.ask("DELETE", `${s.pools}/nobody`);
  },
  "delete with another uid is a conflict": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("DELETE", `${s.pools}/a`, {
      body: { ...OPTIONS, preconditions: { uid: "00000000-0000-4000-8000-000000000000" } },
    });
  },
  "delete with an old resourceVersion is a conflict": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("PATCH", `${s.pools}/a`, { ...MERGE, body: { spec: { paused: true } } });
    await s.ask("DELETE", `${s.pools}/a`, {
      body: { ...OPTIONS, preconditions: { resourceVersion: meta(made.body).resourceVersion } },
    });
  },
  "delete as a dry run keeps the object": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("DELETE", `${s.pools}/a`, { query: { dryRun: "All" } });
    strictEqual((await s.ask("GET", `${s.pools}/a`)).code, 200);
  },
  "delete of an object with a finalizer marks it, twice the same": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { finalizers: [FINALIZER] } }),
    });
    await s.ask("DELETE", `${s.pools}/a`);
    await s.ask("DELETE", `${s.pools}/a`);
    await s.ask("GET", `${s.pools}/a`);
  },
  "removal of the last finalizer removes a deleted object": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { finalizers: [FINALIZER] } }),
    });
    await s.quietly("DELETE", `${s.pools}/a`);
    await s.ask("PATCH", `${s.pools}/a`, { ...MERGE, body: { metadata: { finalizers: null } } });
    strictEqual((await s.ask("GET", `${s.pools}/a`)).code, 404);
  },
  "a new finalizer on a deleted object is refused": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { finalizers: [FINALIZER] } }),
    });
    await s.quietly("DELETE", `${s.pools}/a`);
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { metadata: { finalizers: [FINALIZER, "example.com/new"] } },
    });
  },
  "an object that is being deleted can still be changed": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { finalizers: [FINALIZER] } }),
    });
    await s.quietly("DELETE", `${s.pools}/a`);
    await s.ask("PATCH", `${s.pools}/a`, { ...MERGE, body: { spec: { paused: true } } });
  },
  "create of a name whose object is being deleted is refused": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { finalizers: [FINALIZER] } }),
    });
    await s.quietly("DELETE", `${s.pools}/a`);
    const answer = await s.quietly("POST", s.pools, { body: pool("a") });
    s.note([answer.code, answer.body.reason ?? "", answer.body.message ?? ""]);
  },
  "delete of a collection by labels": async (s) => {
    for (const [name, on] of [["a", "yes"], ["b", "no"], ["c", "yes"]] as const) {
      await s.quietly("POST", s.pools, { body: pool(name, { metadata: { labels: { on } } }) });
    }
    await s.ask("DELETE", s.pools, { query: { labelSelector: "on=yes" } });
    const left = await s.quietly("GET", s.pools);
    s.note(
      listAt(left.body, "items").filter(isObject).map((one) =>
        objectAt(one, "metadata").name ?? ""
      ),
    );
  },
  "delete of an owner removes its dependents": async (s) => {
    const owner = await s.quietly("POST", s.machines, { body: machine("vm") });
    await s.quietly("POST", s.vmnetcfgs, {
      body: vmnetcfg("vm", { metadata: { ownerReferences: [ownerOf(owner.body)] } }),
    });
    await s.quietly("DELETE", `${s.machines}/vm`);
    await s.until(`${s.vmnetcfgs}/vm`, ({ code }) => code === 404);
  },
  "an object whose owner is not there is removed": async (s) => {
    const owner = { ...machine("ghost"), metadata: { name: "ghost", uid: crypto.randomUUID() } };
    await s.quietly("POST", s.vmnetcfgs, {
      body: vmnetcfg("ghost", { metadata: { ownerReferences: [ownerOf(owner)] } }),
    });
    await s.until(`${s.vmnetcfgs}/ghost`, ({ code }) => code === 404);
  },
  "a dependent of two owners loses the reference to the one that goes": async (s) => {
    const one = await s.quietly("POST", s.machines, { body: machine("one") });
    const two = await s.quietly("POST", s.machines, { body: machine("two") });
    await s.quietly("POST", s.leases, {
      body: lease("a", {}, { ownerReferences: [ownerOf(one.body), ownerOf(two.body)] }),
    });
    await s.quietly("DELETE", `${s.machines}/one`);
    const left = await s.until(
      `${s.leases}/a`,
      ({ body }) => listAt(objectAt(body, "metadata"), "ownerReferences").length === 1,
    );
    s.note(objectAt(left.body, "metadata").ownerReferences ?? null);
  },
  "delete with Orphan keeps the dependents without the reference": async (s) => {
    const owner = await s.quietly("POST", s.machines, { body: machine("vm") });
    await s.quietly("POST", s.leases, {
      body: lease("a", {}, { ownerReferences: [ownerOf(owner.body)] }),
    });
    await s.quietly("DELETE", `${s.machines}/vm`, {
      body: { ...OPTIONS, propagationPolicy: "Orphan" },
    });
    await s.until(`${s.machines}/vm`, ({ code }) => code === 404);
    const left = await s.until(
      `${s.leases}/a`,
      ({ body }) => objectAt(body, "metadata").ownerReferences === undefined,
    );
    s.note(left.code);
  },
  "delete with Foreground waits for the dependents that block it": async (s) => {
    const owner = await s.quietly("POST", s.machines, { body: machine("vm") });
    await s.quietly("POST", s.leases, {
      body: lease("a", {}, {
        ownerReferences: [ownerOf(owner.body, { blockOwnerDeletion: true })],
        finalizers: ["example.com/hold"],
      }),
    });
    await s.quietly("DELETE", `${s.machines}/vm`, {
      body: { ...OPTIONS, propagationPolicy: "Foreground" },
    });
    await s.until(
      `${s.leases}/a`,
      ({ body }) => objectAt(body, "metadata").deletionTimestamp !== undefined,
    );
    const waiting = await s.quietly("GET", `${s.machines}/vm`);
    s.note([waiting.code, objectAt(waiting.body, "metadata").finalizers ?? null]);
    await s.quietly("PATCH", `${s.leases}/a`, {
      ...MERGE,
      body: { metadata: { finalizers: null } },
    });
    await s.until(`${s.machines}/vm`, ({ code }) => code === 404);
  },
  "delete with an unknown propagation policy is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("DELETE", `${s.pools}/a`, { query: { propagationPolicy: "Sideways" } });
  },
  "a namespace is Active and carries its name as a label": async (s) => {
    const answer = await s.quietly("GET", `/api/v1/namespaces/${s.namespace}`);
    s.note({
      labels: objectAt(answer.body, "metadata").labels ?? null,
      spec: answer.body.spec ?? null,
      status: answer.body.status ?? null,
    });
  },
  "create in a namespace that is not there is refused": async (s) => {
    const path = "/apis/network.harvesterhci.io/v1alpha1/namespaces/nobody-home/ippools";
    await s.ask("POST", path, { body: pool("a") });
  },
  "delete of a namespace empties it; meanwhile nothing new is made": async (s) => {
    const name = `${s.namespace}-gone`;
    const path = `/api/v1/namespaces/${name}`;
    await s.quietly("POST", "/api/v1/namespaces", {
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    });
    const pools = s.pools.replace(s.namespace, name);
    await s.quietly("POST", pools, { body: pool("a", { metadata: { finalizers: [FINALIZER] } }) });
    await s.quietly("POST", pools, { body: pool("b") });
    const marked = await s.quietly("DELETE", path);
    s.note([marked.code, marked.body.status ?? null]);
    await s.until(`${pools}/b`, ({ code }) => code === 404);
    await s.ask("POST", pools, { body: pool("c") });
    await s.until(
      `${pools}/a`,
      ({ body }) => objectAt(body, "metadata").deletionTimestamp !== undefined,
    );
    await s.quietly("PATCH", `${pools}/a`, { ...MERGE, body: { metadata: { finalizers: null } } });
    await s.until(path, ({ code }) => code === 404);
  },
  "a namespace that is being deleted can be changed, and stays while something is in it": async (
    s,
  ) => {
    const name = `${s.namespace}-gone`;
    const path = `/api/v1/namespaces/${name}`;
    await s.quietly("POST", "/api/v1/namespaces", {
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    });
    const pools = s.pools.replace(s.namespace, name);
    await s.quietly("POST", pools, { body: pool("a", { metadata: { finalizers: [FINALIZER] } }) });
    await s.quietly("DELETE", path);
    const changed = await s.quietly("PATCH", path, {
      ...MERGE,
      body: { metadata: { labels: { a: "b" } }, spec: { finalizers: null } },
    });
    s.note([changed.code, changed.body.spec ?? null, (await s.quietly("GET", path)).code]);
    await s.quietly("PATCH", `${pools}/a`, { ...MERGE, body: { metadata: { finalizers: null } } });
    await s.until(path, ({ code }) => code === 404);
  },
  "delete of the default namespace is refused": async (s) => {
    await s.ask("DELETE", "/api/v1/namespaces/default");
  },
});
