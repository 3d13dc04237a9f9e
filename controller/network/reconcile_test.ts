import assert from "node:assert/strict";
import { IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import { nadLabelPatch } from "./reconcile.ts";

const LABELS = { [IPPOOL_NAMESPACE_LABEL]: "pools", [IPPOOL_NAME_LABEL]: "net-48" };

function nad(labels?: Readonly<Record<string, string>>) {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name: "net-48", ...(labels && { labels }) },
  };
}

Deno.test("nadLabelPatch sets, changes and removes the labels, and leaves right ones alone", () => {
  assert.deepEqual(nadLabelPatch(nad(), "pools/net-48"), { metadata: { labels: LABELS } });
  assert.deepEqual(nadLabelPatch(nad({ ...LABELS, [IPPOOL_NAME_LABEL]: "old" }), "pools/net-48"), {
    metadata: { labels: LABELS },
  });
  assert.deepEqual(nadLabelPatch(nad(LABELS), undefined), {
    metadata: { labels: { [IPPOOL_NAMESPACE_LABEL]: null, [IPPOOL_NAME_LABEL]: null } },
  });
  assert.equal(nadLabelPatch(nad(LABELS), "pools/net-48"), undefined);
  assert.equal(nadLabelPatch(nad(), undefined), undefined);
});

Deno.test("nadLabelPatch sets no label to a pool's name that is too long for one, and leaves none of another pool", () => {
  const long = `pools/${"n".repeat(64)}`;
  assert.equal(nadLabelPatch(nad(), long), undefined);
  assert.deepEqual(nadLabelPatch(nad(LABELS), long), {
    metadata: { labels: { [IPPOOL_NAMESPACE_LABEL]: null, [IPPOOL_NAME_LABEL]: null } },
  });
  const name = "n".repeat(63);
  assert.deepEqual(nadLabelPatch(nad(), `pools/${name}`), {
    metadata: { labels: { ...LABELS, [IPPOOL_NAME_LABEL]: name } },
  });
});
