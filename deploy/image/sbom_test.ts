import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { billOfMaterials } from "./sbom.ts";

const STAMP = {
  version: "1.2.3",
  revision: "c0ffee",
  created: new Date(1_700_000_000_000),
  url: "",
};
const PACKAGES = [
  { type: "npm", name: "@logtape/logtape", version: "2.4.2", license: "MIT" },
  { type: "deb", name: "libc6", version: "2.36-9+deb12u14", platform: "arm64" },
] as const;

Deno.test("I4: billOfMaterials names each package with its version, and what it is called elsewhere", () => {
  const bom = JSON.parse(
    billOfMaterials({ name: "localhost/vm-dhcp", stamp: STAMP, packages: PACKAGES }),
  );
  const { bomFormat, specVersion, metadata, components } = bom;
  deepStrictEqual([bomFormat, specVersion], ["CycloneDX", "1.6"]);
  strictEqual(metadata.timestamp, "2023-11-14T22:13:20.000Z");
  deepStrictEqual([metadata.component.name, metadata.component.version], [
    "localhost/vm-dhcp",
    "1.2.3",
  ]);
  deepStrictEqual(components, [
    {
      type: "library",
      name: "libc6",
      version: "2.36-9+deb12u14",
      purl: "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=arm64",
      "bom-ref": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=arm64",
    },
    {
      type: "library",
      group: "@logtape",
      name: "logtape",
      version: "2.4.2",
      licenses: [{ license: { name: "MIT" } }],
      purl: "pkg:npm/%40logtape/logtape@2.4.2",
      "bom-ref": "pkg:npm/%40logtape/logtape@2.4.2",
    },
  ]);
});

Deno.test("I4: billOfMaterials is the same whatever the order in which packages were found", () => {
  const text = (packages: Parameters<typeof billOfMaterials>[0]["packages"]) =>
    billOfMaterials({ name: "localhost/vm-dhcp", stamp: STAMP, packages });
  strictEqual(text(PACKAGES.toReversed()), text(PACKAGES));
});
