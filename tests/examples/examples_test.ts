import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { parseManifestFile } from "../../standalone/manifests/parse_manifests.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const EXAMPLES = `${ROOT}examples`;
const OUTPUTS = new URL("outputs", import.meta.url).pathname;
/** Where `examples/browser.ts` says that it is bundled to. */
const BUNDLE = "browser.js";

/** Names of the files of a folder, without their end, sorted. */
function namesIn(folder: string, end: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length)).sort();
}

/** The command that an example's head gives: the arguments behind `deno`. */
async function commandOf(example: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${EXAMPLES}/${example}.ts`);
  const [, command = ""] = /\* (?:Run|Bundle) it: `deno ([^`]+)`/.exec(text) ?? [];
  return command.split(" ");
}

/** Runs Deno in the checkout; gives what it printed, or throws with what it complained of. */
async function deno(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", DENO_NO_PROMPT: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Run deno ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** What `examples/browser.ts` prints, bundled, in a realm that has nothing but the language and a console. */
async function printedInBareRealm(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-examples-" });
  try {
    const command = await commandOf("browser");
    await deno(command.map((arg) => arg.replace(`=${BUNDLE}`, `=${folder}/${BUNDLE}`)));
    const lines: string[] = [];
    const console = { log: (line: string) => lines.push(`${line}\n`) };
    runInNewContext(await Deno.readTextFile(`${folder}/${BUNDLE}`), { console });
    return lines.join("");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = namesIn(EXAMPLES, ".ts");

Deno.test("every example has its output here, and names itself in the command of its head", async () => {
  deepStrictEqual(namesIn(OUTPUTS, ".txt"), names);
  for (const name of names) strictEqual((await commandOf(name)).at(-1), `examples/${name}.ts`);
});

for (const name of names) {
  Deno.test(`the example ${name} prints what it is to print`, async () => {
    const command = await commandOf(name);
    const printed = command[0] === "bundle" ? await printedInBareRealm() : await deno(command);
    strictEqual(printed, await Deno.readTextFile(`${OUTPUTS}/${name}.txt`));
  });
}

for (const name of namesIn(EXAMPLES, ".yaml")) {
  Deno.test(`the example ${name} has no fault, and the API takes it`, async () => {
    const path = `${EXAMPLES}/${name}.yaml`;
    const { manifests, problems } = parseManifestFile({
      path,
      text: await Deno.readTextFile(path),
    });
    deepStrictEqual(problems, []);
    using api = new EmbeddedApi();
    for (const { resource, object } of manifests) {
      const { namespace = "default" } = object.metadata;
      const answer = await api.fetch(
        new Request(
          `http://api/apis/${resource.apiVersion}/namespaces/${namespace}/${resource.plural}?fieldValidation=Strict`,
          {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(object),
          },
        ),
      );
      const { spec } = await answer.json();
      deepStrictEqual([answer.status, spec], [201, (object as { spec?: unknown }).spec]);
    }
  });
}
