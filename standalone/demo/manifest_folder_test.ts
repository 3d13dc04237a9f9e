import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { ManifestFolder } from "./manifest_folder.ts";

/** The document's text, as it was published: without indentation. */
const DOCUMENTED = `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata:
name: net-48
namespace: default
spec:
ipv4Config:
serverIP: 192.168.48.77
cidr: 192.168.48.0/24
pool:
start: 192.168.48.81
end: 192.168.48.90
exclude:
- 192.168.48.81
- 192.168.48.90
router: 192.168.48.1
dns:
- 1.1.1.1
leaseTime: 300
networkName: default/net-48
`;

Deno.test("the demo's net-48 is the documented IPPool, line by line", () => {
  const text = Deno.readTextFileSync(new URL("./manifests/net-48.yaml", import.meta.url));
  equal(text.replace(/^ +/gm, ""), DOCUMENTED);
});

Deno.test("ManifestFolder edits exactly one place", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const files = new ManifestFolder(directory);
    files.put("net-48.yaml");
    files.edit("net-48.yaml", { from: "1.1.1.1", to: "9.9.9.9" });
    equal(Deno.readTextFileSync(`${directory}/net-48.yaml`).includes("- 9.9.9.9\n"), true);
    throws(() => files.edit("net-48.yaml", { from: "1.1.1.1", to: "x" }), {
      message: "Cannot edit net-48.yaml: not there once: 1.1.1.1",
    });
    throws(() => files.edit("net-48.yaml", { from: "192.168.48.81", to: "x" }), /not there once/);
    files.remove("net-48.yaml");
    deepEqual([...Deno.readDirSync(directory)], []);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
