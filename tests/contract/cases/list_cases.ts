/**
 * Lists: selectors, pages, versions, tables.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { cases, type ContractCase } from "../contract_case.ts";
import { lease, machine, pool } from "../objects.ts";
import type { Answered, Session } from "../session.ts";
import { isObject, listAt, objectAt, textAt } from "../../../standalone/api/json.ts";

const LABELS: readonly [name: string, labels: Record<string, string>][] = [
  ["a", { tier: "front", size: "1" }],
  ["b", { tier: "back", size: "5" }],
  ["c", { tier: "front", env: "prod", size: "9" }],
  ["d", {}],
];

async function makeLabelled(s: Session): Promise<void> {
  for (const [name, labels] of LABELS) {
    await s.quietly("POST", s.machines, { body: machine(name, { labels }) });
  }
}

/** Names of a list. */
function names(answer: Answered): string[] {
  return listAt(answer.body, "items").filter(isObject)
    .map((item) => textAt(objectAt(item, "metadata"), "name"));
}

const SELECTORS: Readonly<Record<string, string>> = {
  "tier=front": "a c",
  "tier==front,env=prod": "c",
  "tier!=front": "b d",
  "tier in (front, back)": "a b c",
  "tier notin (front)": "b d",
  "env": "c",
  "!tier": "d",
  "tier,!env": "a b",
  "size>4": "b c",
  "size<4": "a",
  "tier=": "",
};

/** The cases. */
export const LIST_CASES: readonly ContractCase[] = cases({
  "list gives kind, apiVersion and the objects by name": async (s) => {
    for (const name of ["b", "a"]) await s.quietly("POST", s.pools, { body: pool(name) });
    await s.ask("GET", s.pools);
  },
  "list of a built-in kind gives items without kind": async (s) => {
    await s.quietly("POST", s.leases, { body: lease("a") });
    await s.ask("GET", s.leases);
  },
  "list of no objects has an empty list": async (s) => {
    await s.ask("GET", s.pools);
  },
  "list by label selectors": async (s) => {
    await makeLabelled(s);
    for (const [labelSelector, wanted] of Object.entries(SELECTORS)) {
      const found = names(await s.quietly("GET", s.machines, { query: { labelSelector } }));
      strictEqual(found.join(" "), wanted, labelSelector);
      s.note({ [labelSelector]: found });
    }
  },
  "list by a bad label selector is refused": async (s) => {
    const answer = await s.quietly("GET", s.pools, { query: { labelSelector: "a in b" } });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "list by field selectors on name and namespace": async (s) => {
    for (const name of ["a", "b"]) await s.quietly("POST", s.pools, { body: pool(name) });
    for (
      const fieldSelector of [
        "metadata.name=a",
        "metadata.name!=a",
        `metadata.namespace=${s.namespace}`,
        "metadata.namespace=default",
        "metadata.name==b,metadata.namespace!=default",
        "metadata.name=a,metadata.name=b",
        "metadata.name=a,metadata.name!=a",
        "metadata.name=nobody",
      ]
    ) {
      s.note({
        [fieldSelector]: names(await s.quietly("GET", s.pools, { query: { fieldSelector } })),
      });
    }
  },
  "list by an unknown field is refused": async (s) => {
    await s.ask("GET", s.pools, { query: { fieldSelector: "spec.networkName=x" } });
    await s.ask("GET", s.pools, { query: { fieldSelector: "metadata.name=a, metadata.name=a" } });
  },
  "list of Events by involvedObject": async (s) => {
    for (const [name, kind] of [["a.1", "IPPool"], ["b.1", "VirtualMachine"]] as const) {
      await s.quietly("POST", s.core("events"), {
        body: {
          apiVersion: "v1",
          kind: "Event",
          metadata: { name },
          involvedObject: { kind, name: name.slice(0, 1), namespace: s.namespace },
          reason: "Made",
          type: "Normal",
        },
      });
    }
    for (
      const fieldSelector of [
        "involvedObject.kind=IPPool",
        "involvedObject.name=b,involvedObject.kind=VirtualMachine",
        "type=Warning",
        "reason=Made",
      ]
    ) {
      s.note({
        [fieldSelector]: names(
          await s.quietly("GET", s.core("events"), { query: { fieldSelector } }),
        ),
      });
    }
  },
  "list by pages gives every object once, as of the first page": async (s) => {
    for (const name of ["a", "b", "c", "d", "e"]) {
      await s.quietly("POST", s.pools, { body: pool(name) });
    }
    const first = await s.ask("GET", s.pools, { query: { limit: "2" } });
    await s.quietly("DELETE", `${s.pools}/d`);
    await s.quietly("POST", s.pools, { body: pool("bb") });
    const token = textAt(objectAt(first.body, "metadata"), "continue");
    const second = await s.quietly("GET", s.pools, { query: { limit: "2", continue: token } });
    s.note(names(second));
    const more = textAt(objectAt(second.body, "metadata"), "continue");
    const third = await s.quietly("GET", s.pools, { query: { limit: "2", continue: more } });
    s.note(names(third));
    strictEqual(textAt(objectAt(third.body, "metadata"), "continue"), "");
    strictEqual(
      textAt(objectAt(first.body, "metadata"), "resourceVersion"),
      textAt(objectAt(third.body, "metadata"), "resourceVersion"),
    );
  },
  "list with a bad continue token is refused": async (s) => {
    const answer = await s.quietly("GET", s.pools, { query: { limit: "2", continue: "nonsense" } });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "list with a bad resourceVersion is refused": async (s) => {
    const answer = await s.quietly("GET", s.pools, { query: { resourceVersion: "abc" } });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "list over all namespaces": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("only-here") });
    const answer = await s.quietly("GET", "/apis/network.harvesterhci.io/v1alpha1/ippools", {
      query: { fieldSelector: "metadata.name=only-here" },
    });
    s.note(answer.body);
  },
  "list as a table shows the columns of the definition": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const merge = { contentType: "application/merge-patch+json" };
    await s.quietly("PATCH", `${s.pools}/a/status`, {
      ...merge,
      body: {
        status: {
          ipv4: { used: 1, available: 7 },
          conditions: [{ type: "Registered", status: "True" }, {
            type: "AgentReady",
            status: "False",
          }],
        },
      },
    });
    const answer = await s.quietly("GET", s.pools, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    });
    s.note({ kind: answer.body.kind ?? null, apiVersion: answer.body.apiVersion ?? null });
    for (const column of listAt(answer.body, "columnDefinitions").filter(isObject)) {
      const { description = "", ...rest } = column;
      s.note(rest.name === "Name" || rest.name === "AGE" ? rest : { ...rest, description });
    }
    for (const row of listAt(answer.body, "rows").filter(isObject)) {
      s.note({ cells: listAt(row, "cells").slice(0, -1), object: row.object ?? null });
    }
  },
  "get as a table without the object": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("GET", `${s.pools}/a`, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
      query: { includeObject: "None" },
    });
    s.note({ metadata: answer.body.metadata ?? null });
    for (const row of listAt(answer.body, "rows").filter(isObject)) s.note(row.object ?? null);
  },
  "list in a format that is not known is refused": async (s) => {
    const answer = await s.quietly("GET", s.pools, { accept: "text/html" });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
});
