/**
 * Discovery, version and health.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { isObject, listAt, objectAt, textAt } from "../../../standalone/api/json.ts";
import { cases, type ContractCase } from "../contract_case.ts";
import type { Session } from "../session.ts";

const GROUPS = [
  "coordination.k8s.io",
  "k8s.cni.cncf.io",
  "kubevirt.io",
  "network.harvesterhci.io",
];

/** Notes the resources of a group, by name; the hash of their stored version is the server's own affair. */
async function noteResources(s: Session, path: string): Promise<void> {
  const { body } = await s.quietly("GET", path);
  const { resources: _resources, ...head } = body;
  s.note(head);
  const resources = listAt(body, "resources").filter(isObject)
    .map(({ storageVersionHash: _hash, ...rest }) => rest);
  s.note(resources.sort((a, b) => String(a.name) < String(b.name) ? -1 : 1));
}

/** The cases. */
export const DISCOVERY_CASES: readonly ContractCase[] = cases({
  "discovery of vm-dhcp's group": async (s) => {
    await s.ask("GET", "/apis/network.harvesterhci.io");
    await noteResources(s, "/apis/network.harvesterhci.io/v1alpha1");
  },
  "discovery of KubeVirt's and Multus' groups": async (s) => {
    await noteResources(s, "/apis/kubevirt.io/v1");
    await noteResources(s, "/apis/k8s.cni.cncf.io/v1");
  },
  "discovery of a group that is not served is refused": async (s) => {
    strictEqual((await s.ask("GET", "/apis/nobody.example/v1")).code, 404);
  },
  "discovery of core/v1 has what vm-dhcp uses": async (s) => {
    const { body } = await s.quietly("GET", "/api/v1");
    const wanted = ["events", "namespaces"];
    s.note(
      listAt(body, "resources").filter(isObject)
        .filter((one) => wanted.includes(textAt(one, "name")))
        .map((one) => ({
          name: one.name ?? "",
          kind: one.kind ?? "",
          namespaced: one.namespaced ?? "",
        })),
    );
  },
  "discovery lists the groups": async (s) => {
    const { body } = await s.quietly("GET", "/apis");
    s.note(
      listAt(body, "groups").filter(isObject).filter((one) => GROUPS.includes(textAt(one, "name")))
        .map((one) => ({ name: one.name ?? "", preferred: objectAt(one, "preferredVersion") }))
        .sort((a, b) => String(a.name) < String(b.name) ? -1 : 1),
    );
  },
  "discovery of versions": async (s) => {
    const { body } = await s.quietly("GET", "/api");
    s.note({ kind: body.kind ?? "", versions: body.versions ?? [] });
  },
  "version names Kubernetes 1.36": async (s) => {
    const { body } = await s.quietly("GET", "/version");
    s.note([body.major ?? "", body.minor ?? ""]);
  },
  "openapi v3 describes vm-dhcp's kinds": async (s) => {
    const path = "/openapi/v3/apis/network.harvesterhci.io/v1alpha1";
    const { body } = await s.until(path, ({ code }) => code === 200);
    const schemas = objectAt(objectAt(body, "components"), "schemas");
    const pool = objectAt(schemas, "io.harvesterhci.network.v1alpha1.IPPool");
    s.note({
      kind: pool["x-kubernetes-group-version-kind"] ?? null,
      spec: objectAt(objectAt(pool, "properties"), "spec").required ?? null,
    });
  },
  "methods that are not served are refused": async (s) => {
    const answer = await s.quietly("PUT", s.pools, { body: {} });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
});
