/**
 * Runs cases against a server.
 *
 * @module
 */
import type { JsonValue } from "../../kube/rest_client.ts";
import type { ContractCase } from "./contract_case.ts";
import { Session } from "./session.ts";
import type { Target } from "./target.ts";

/** Runs one case in a namespace of its own and gives its transcript. */
export async function runCase(one: ContractCase, target: Target): Promise<JsonValue> {
  const namespace = namespaceOf(one);
  await target.rest.performRequest({
    method: "POST",
    path: "/api/v1/namespaces",
    bodyJson: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  });
  const session = new Session(target, namespace);
  await one.run(session);
  return session.transcript;
}

/** The namespace of a case: its name, as far as a namespace's name can have it. */
function namespaceOf({ name }: ContractCase): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 50).replaceAll(/^-|-$/g, "");
}

/** Whether a server can run a case. */
export function canRun(one: ContractCase, target: Target): boolean {
  return one.kubectl !== true || target.kubectl !== undefined;
}
