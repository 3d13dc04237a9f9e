/**
 * Watches.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { objectAt, textAt } from "../../../standalone/api/json.ts";
import { cases, type ContractCase } from "../contract_case.ts";
import { machine, meta, pool } from "../objects.ts";
import type { Session } from "../session.ts";

const MERGE = { contentType: "application/merge-patch+json" };

async function versionOf(s: Session): Promise<string> {
  const { body } = await s.quietly("GET", s.pools);
  return textAt(objectAt(body, "metadata"), "resourceVersion");
}

/** The cases. */
export const WATCH_CASES: readonly ContractCase[] = cases({
  "watch from a resourceVersion tells what came after, then what comes": async (s) => {
    const first = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("POST", s.pools, { body: pool("b") });
    await using watch = await s.watch(s.pools, {
      resourceVersion: meta(first.body).resourceVersion,
    });
    await s.noteEvents(watch, 1);
    await s.quietly("PATCH", `${s.pools}/a`, { ...MERGE, body: { spec: { paused: true } } });
    await s.quietly("DELETE", `${s.pools}/b`);
    await s.noteEvents(watch, 2);
  },
  "watch without a resourceVersion begins with what is there": async (s) => {
    for (const name of ["a", "b"]) await s.quietly("POST", s.pools, { body: pool(name) });
    await using watch = await s.watch(s.pools);
    await s.noteEvents(watch, 2);
    await s.quietly("POST", s.pools, { body: pool("c") });
    await s.noteEvents(watch, 1);
  },
  "watch of a deletion carries the last state and the deletion's resourceVersion": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await using watch = await s.watch(s.pools, {
      resourceVersion: meta(made.body).resourceVersion,
    });
    await s.quietly("DELETE", `${s.pools}/a`);
    const event = await watch.next();
    const { resourceVersion } = meta(objectAt(event, "object"));
    ok(Number(resourceVersion) > Number(meta(made.body).resourceVersion));
    s.note(event ?? null);
  },
  "watch by labels adds and deletes what begins and ceases to match": async (s) => {
    const since = await versionOf(s);
    await using watch = await s.watch(s.machines, {
      resourceVersion: since,
      labelSelector: "on=yes",
    });
    const path = `${s.machines}/a`;
    await s.quietly("POST", s.machines, { body: machine("a") });
    for (const on of ["yes", "yes", "no"]) {
      await s.quietly("PATCH", path, {
        ...MERGE,
        body: { metadata: { labels: { on } }, spec: { at: crypto.randomUUID() } },
      });
    }
    await s.quietly("POST", s.machines, { body: machine("b", { labels: { on: "yes" } }) });
    await s.noteEvents(watch, 4);
  },
  "watch of one object by a field selector": async (s) => {
    const since = await versionOf(s);
    await using watch = await s.watch(s.pools, {
      resourceVersion: since,
      fieldSelector: "metadata.name=b",
    });
    for (const name of ["a", "b"]) await s.quietly("POST", s.pools, { body: pool(name) });
    await s.quietly("DELETE", `${s.pools}/b`);
    await s.noteEvents(watch, 2);
  },
  "watch over all namespaces": async (s) => {
    const since = await versionOf(s);
    await using watch = await s.watch("/apis/network.harvesterhci.io/v1alpha1/ippools", {
      resourceVersion: since,
      fieldSelector: `metadata.namespace=${s.namespace}`,
    });
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.noteEvents(watch, 1);
  },
  "watch ends after timeoutSeconds": async (s) => {
    const since = await versionOf(s);
    await using watch = await s.watch(s.pools, { resourceVersion: since, timeoutSeconds: "1" });
    strictEqual(await watch.next(), undefined);
  },
  "watch of an identical write tells nothing": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await using watch = await s.watch(s.pools, {
      resourceVersion: meta(made.body).resourceVersion,
    });
    await s.quietly("PUT", `${s.pools}/a`, { body: made.body });
    await s.quietly("POST", s.pools, { body: pool("b") });
    await s.noteEvents(watch, 1);
  },
  "watch with a bad resourceVersion is refused": async (s) => {
    const answer = await s.quietly("GET", s.pools, {
      query: { watch: "true", resourceVersion: "abc" },
    });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "watch from a resourceVersion of the future waits": async (s) => {
    const since = Number(await versionOf(s));
    await using watch = await s.watch(s.pools, {
      resourceVersion: String(since + 1_000_000),
      timeoutSeconds: "1",
    });
    await s.quietly("POST", s.pools, { body: pool("a") });
    strictEqual(await watch.next(), undefined);
  },
});
