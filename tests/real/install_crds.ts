/**
 * Installs CustomResourceDefinitions and waits until their objects can be listed.
 *
 * @module
 */
import type { RestClient } from "../../kube/rest_client.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "../../standalone/api/json.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Installs the definitions, or brings them up to date. */
export async function installCrds(rest: RestClient, crds: readonly JsonObject[]): Promise<void> {
  for (const crd of crds) {
    await rest.performRequest({
      method: "PATCH",
      path: `${CRDS}/${textAt(objectAt(crd, "metadata"), "name")}`,
      querystring: new URLSearchParams({ fieldManager: "test", force: "true" }),
      contentType: "application/apply-patch+yaml",
      bodyJson: crd,
    });
  }
  await Promise.all(crds.map((crd) => whenServed(rest, crd)));
}

async function whenServed(rest: RestClient, crd: JsonObject): Promise<void> {
  const spec = objectAt(crd, "spec");
  const plural = textAt(objectAt(spec, "names"), "plural");
  for (const version of listAt(spec, "versions").filter(isObject)) {
    if (version.served !== true) continue;
    const path = `/apis/${textAt(spec, "group")}/${textAt(version, "name")}/${plural}`;
    const deadline = performance.now() + 30_000;
    while (true) {
      try {
        await rest.performRequest({ method: "GET", path });
        break;
      } catch (error) {
        if ((error as { status?: unknown }).status !== 404 || performance.now() > deadline) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}
