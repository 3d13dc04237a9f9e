import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { importFile, type Server } from "../../import/import_file.ts";
import { parseManifestFile } from "../../standalone/manifests/parse_manifests.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FIXTURES = "tests/import/fixtures";

const files = {
  read: (path: string) => Deno.readTextFileSync(`${ROOT}${path}`),
  list: (path: string) => [...Deno.readDirSync(`${ROOT}${path}`)].map(({ name }) => name),
};

/** `NAME.SERVER.conf`: configurations built as published ones are. */
const names = [...Deno.readDirSync(`${ROOT}${FIXTURES}`)].map(({ name }) => name)
  .filter((name) => name.endsWith(".conf")).sort();

for (const name of names) {
  const from = name.split(".").at(-2) as Server;
  const path = `${FIXTURES}/${name}`;
  const { text } = importFile({ from, path, namespace: "default", networks: [] }, files);

  Deno.test(`the import of ${name} prints what it is to print (else: deno task import --from ${from} ${path})`, async () => {
    strictEqual(text, await Deno.readTextFile(`${ROOT}tests/import/outputs/${name}.txt`));
  });

  Deno.test(`the manifests of ${name} are such as the standalone server reads`, () => {
    deepStrictEqual(parseManifestFile({ path: "imported.yaml", text }).problems, []);
  });
}
