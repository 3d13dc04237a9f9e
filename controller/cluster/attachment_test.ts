import { notStrictEqual, strictEqual } from "node:assert/strict";
import { type Attachment, attachmentOf } from "./attachment.ts";

function attachment(config: string, resourceName?: string): Attachment {
  return attachmentOf({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: {
      name: "net",
      namespace: "default",
      ...(resourceName && { annotations: { "k8s.v1.cni.cncf.io/resourceName": resourceName } }),
    },
    spec: { config },
  });
}

function hash(config: string, resourceName?: string): string {
  return attachment(config, resourceName).hash;
}

const CONFIG = '{"type":"bridge","vlan":50,"x":{"type":"x","routes":[1,2]}}';

const SAME = {
  "blanks": '{ "type": "bridge",\n\t"vlan":50,"x":{"type":"x","routes":[1, 2]}} ',
  "another order of its fields": '{"x":{"routes":[1,2],"type":"x"},"vlan":50,"type":"bridge"}',
  "an escape, and a number written in another way":
    '{"type":"\\u0062ridge","vlan":5e1,"x":{"type":"x","routes":[1,2]}}',
};

for (const [what, config] of Object.entries(SAME)) {
  Deno.test(`S8: ${what} in a network's configuration make no new pods`, () => {
    strictEqual(hash(config), hash(CONFIG));
  });
}

const OTHER = {
  "a value": '{"type":"bridge","vlan":51,"x":{"type":"x","routes":[1,2]}}',
  "the order of a list": '{"type":"bridge","vlan":50,"x":{"type":"x","routes":[2,1]}}',
  "a key": '{"type":"bridge","VLAN":50,"x":{"type":"x","routes":[1,2]}}',
  "an object that is a list of its fields":
    '{"type":"bridge","vlan":50,"x":[["routes",[1,2]],["type","x"]]}',
};

for (const [what, config] of Object.entries(OTHER)) {
  Deno.test(`S8: ${what} in a network's configuration makes new pods`, () => {
    notStrictEqual(hash(config), hash(CONFIG));
  });
}

Deno.test("S8: the device of a network makes new pods", () => {
  notStrictEqual(hash(CONFIG, "intel.com/a"), hash(CONFIG, "intel.com/b"));
});

Deno.test("S3: a network's device is named, so that pods that cannot have it are known to fail for that network, and no other network has one", () => {
  strictEqual(attachment(CONFIG, "intel.com/a").resourceName, "intel.com/a");
  strictEqual("resourceName" in attachment(CONFIG), false);
});
