/**
 * What the embedded API does not have. It answers as Kubernetes answers for what Kubernetes does not have: each case asks
 * the embedded API for the one and kube-apiserver for the other, and the answers are the same.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { stringify } from "yaml";
import { cases, type ContractCase } from "../contract_case.ts";
import { eventAbout, lease, pool } from "../objects.ts";
import type { Answered } from "../session.ts";

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

/** Code and reason, without the list of what is accepted, which is longer in Kubernetes. */
function short({ code, body }: Answered): [number, string, string] {
  const message = String(body.message ?? "").replace(
    /(?<=media types (?:include|are accepted): ).*/,
    "...",
  );
  return [code, String(body.reason ?? ""), message];
}

/** The cases. */
export const ABSENT_CASES: readonly ContractCase[] = [
  ...cases({
    "server-side apply is refused as a patch of an unknown type is": async (s) => {
      await s.quietly("POST", s.pools, { body: pool("a") });
      const contentType = s.either("application/apply-patch+yaml", "application/patch+yaml");
      s.note(short(await s.quietly("PATCH", `${s.pools}/a`, { contentType, body: pool("a") })));
    },
    "a body in protobuf or YAML is refused as one of an unknown type is": async (s) => {
      for (const type of ["application/vnd.kubernetes.protobuf", "application/yaml"]) {
        const asked = { contentType: s.either(type, "text/x-unknown"), body: pool("a") };
        s.note(short(await s.quietly("POST", s.pools, asked)));
      }
      const made = await s.quietly("POST", s.pools, { body: pool("a") });
      const contentType = s.either("application/yaml", "text/x-unknown");
      s.note(short(await s.quietly("PUT", `${s.pools}/a`, { contentType, body: made.body })));
    },
    "an answer in protobuf or YAML, or metadata alone, is refused as an unknown form is": async (
      s,
    ) => {
      const forms = [
        "application/vnd.kubernetes.protobuf",
        "application/yaml",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
      ];
      for (const form of forms) {
        s.note(
          short(await s.quietly("GET", s.pools, { accept: s.either(form, "text/x-unknown") })),
        );
      }
    },
    "of several forms of an answer the first that is known is given": async (s) => {
      await s.quietly("POST", s.pools, { body: pool("a") });
      const unknown = s.either(
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "text/x-unknown",
      );
      const answer = await s.quietly("GET", `${s.pools}/a`, {
        accept: `${unknown},${TABLE},application/json`,
      });
      s.note(answer.body.kind ?? "");
    },
    "Kubernetes' other kinds are not found, as unknown ones are": async (s) => {
      for (const kind of ["pods", "secrets", "configmaps", "services"]) {
        s.note(short(await s.quietly("GET", s.core(s.either(kind, "unicorns")))));
      }
      const group = s.either("apps", "unicorns.example.com");
      s.note(short(await s.quietly("GET", `/apis/${group}/v1`)));
      s.note(
        short(await s.quietly("GET", `/apis/${group}/v1/namespaces/${s.namespace}/deployments`)),
      );
      const crds = s.either("apiextensions.k8s.io", "unicorns.example.com");
      s.note(short(await s.quietly("GET", `/apis/${crds}/v1/customresourcedefinitions`)));
    },
    "subresources of pods and others are not found, as unknown ones are": async (s) => {
      await s.quietly("POST", s.pools, { body: pool("a") });
      for (const method of ["GET", "PUT", "PATCH"] as const) {
        s.note(short(await s.quietly(method, `${s.pools}/a/${s.either("log", "unicorn")}`)));
      }
    },
    "a method that a path does not have is refused": async (s) => {
      const everywhere = "/apis/network.harvesterhci.io/v1alpha1/ippools";
      s.note(short(await s.quietly("POST", everywhere, { body: pool("a") })));
      s.note(short(await s.quietly("DELETE", everywhere)));
      s.note(
        short(await s.quietly("POST", "/api/v1/events", { body: eventAbout("default", "a") })),
      );
      s.note(short(await s.quietly("DELETE", "/api/v1/namespaces")));
      s.note(short(await s.quietly("POST", `${s.leases}/a`, { body: lease("a") })));
    },
  }),
  ...cases({
    "kubectl apply --server-side is refused, and nothing is made": async (s) => {
      if (!s.isReal) {
        const manifest = stringify(pool("net-48"));
        const how = { stdin: manifest, quiet: true } as const;
        ok(await s.kubectl(["apply", "--server-side", "-f", "-"], how) === "");
      }
      await s.kubectl(["get", "ippools"]);
    },
    "kubectl get of a kind that is not served says so": async (s) => {
      const kind = s.either("deployments", "unicorns");
      const said = await s.kubectl(["get", kind], { quiet: true });
      ok(said === "");
    },
  }, { kubectl: true }),
];
