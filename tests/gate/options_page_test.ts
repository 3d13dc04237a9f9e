/**
 * `docs/options.md` says of every field what the schema and the checks say of it.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { customResourceDefinitions, fieldErrorText, parseIPPool } from "../../core/api/mod.ts";
import type { OpenApiSchema } from "../../core/api/crd/open_api_schema.ts";
import { ARCHITECTURES } from "../../core/api/options/architectures.ts";
import { CUSTOM_OPTION_TYPES } from "../../core/api/options/custom_value.ts";
import { optionCodeProblem } from "../../core/api/options/option_codes.ts";
import { readClientOptions } from "../../core/api/options/read_client_options.ts";
import { parseManifestFile } from "../../standalone/manifests/parse_manifests.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/options.md", import.meta.url));

/** The schema of `spec` of a kind. */
function specOf(kind: string): OpenApiSchema | undefined {
  const crd = customResourceDefinitions().find(({ spec }) => spec.names.kind === kind);
  return crd?.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec;
}

const OF_POOL = Object.keys(specOf("IPPool")?.properties?.ipv4Config?.properties ?? {});
const OF_NIC = Object.keys(
  specOf("VirtualMachineNetworkConfig")?.properties?.networkConfig?.items?.properties?.options
    ?.properties ?? {},
);

/** Cells of each row of the tables below a heading, without quotes. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = PAGE.slice(PAGE.indexOf(`\n## ${heading}\n`) + 1).split(/\n## /)[0] ?? "";
  return section.split("\n").filter((line) => /^\| `/.test(line)).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

const FIELDS = rowsBelow("Fields").map((
  [name = "", , , example = ""],
) => [name, example].map((cell) => cell.replaceAll("`", "")));

/** A pool that says this beside what it must. */
function problemsOf(ipv4Config: object): string {
  const checked = parseIPPool({
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net-48", namespace: "default" },
    spec: { networkName: "net-48", ipv4Config: { cidr: "192.168.48.0/24", ...ipv4Config } },
  });
  return checked.ok ? "" : fieldErrorText(checked.errors);
}

Deno.test("docs/options.md has a row for every field, those of NICs first", () => {
  const named = FIELDS.map(([name = ""]) => name.split(".")[0]);
  deepStrictEqual([...new Set(named)].sort(), OF_POOL.toSorted());
  const last = named.findLastIndex((name) => OF_NIC.includes(String(name)));
  deepStrictEqual([...new Set(named.slice(0, last + 1))].sort(), OF_NIC.toSorted());
});

for (const [field = "", example = ""] of FIELDS) {
  Deno.test(`docs/options.md shows an example of ${field} that can be sent`, () => {
    const [name = "", part] = field.split(".");
    const value: unknown = parse(example);
    const config = { [name]: part === undefined ? value : { [part]: value } };
    const more = name === "serverIP" || name === "pool" ? { cidr: "10.0.0.0/24" } : {};
    const lease = name === "maxLeaseTime" ? { leaseTime: 600 } : {};
    strictEqual(problemsOf({ ...more, ...lease, ...config }), "");
  });
}

Deno.test("docs/options.md shows YAML that is good, and options of a NIC that can be sent", () => {
  const blocks = [...PAGE.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ""]) => text);
  strictEqual(blocks.length > 4, true);
  for (const text of blocks) {
    const value = parse(text);
    if (value.kind !== undefined) {
      deepStrictEqual(parseManifestFile({ path: "a.yaml", text }).problems, []);
    } else if (value.metadata !== undefined) {
      for (const options of Object.values<string>(value.metadata.annotations)) {
        deepStrictEqual(readClientOptions(options, {}).errors, []);
      }
    } else strictEqual(problemsOf(value), "", text);
  }
});

Deno.test("docs/options.md names every architecture with its number, every type, and the codes of the protocol", () => {
  const named = [...PAGE.matchAll(/`([\w-]+)` \((\d+)\)/g)].map(([, name, number]) => [
    name,
    Number(number),
  ]);
  deepStrictEqual(Object.fromEntries(named), ARCHITECTURES);
  const types = rowsBelow("Any other option").flatMap(([cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, type]) => type)
  );
  deepStrictEqual(types, [...CUSTOM_OPTION_TYPES]);
  const [, codes = ""] = /speak to each other:\n(.*)\.\n/.exec(PAGE) ?? [];
  const listed = codes.split(/, | and /).flatMap((text) => {
    const [first = NaN, last = first] = text.split(" to ").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const refused = Array.from({ length: 256 }, (_, code) => code).filter((code) =>
    optionCodeProblem(code)?.includes("DHCP itself") === true || code === 255
  );
  // 51 is the lease time's, which has a field.
  deepStrictEqual(listed.filter((code) => code !== 51), refused);
});
