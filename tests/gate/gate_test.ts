import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { staleCrds } from "../../tools/gate/check_steps.ts";
import { runDeno } from "../../tools/gate/command.ts";
import { unitSteps } from "../../tools/gate/test_steps.ts";
import { missingPrograms } from "../../tools/install/packages.ts";
import { crdFiles } from "../../tools/crd_files.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-gate-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("staleCrds finds nothing here, and names what differs, lacks or is too much", async () => {
  deepStrictEqual(await staleCrds(ROOT), []);
  await withFolder(async (root) => {
    await Deno.mkdir(`${root}/deploy/crds`, { recursive: true });
    const [[name = "", text = ""] = []] = crdFiles();
    await Deno.writeTextFile(`${root}/deploy/crds/${name}`, text.replace("ippl", "ipp"));
    await Deno.writeTextFile(`${root}/deploy/crds/old.yaml`, "");
    const end = "is not what the schemas say; run: deno task crds --write";
    deepStrictEqual(await staleCrds(root), [
      `deploy/crds/ippools.yaml ${end}`,
      `deploy/crds/virtualmachinenetworkconfigs.yaml ${end}`,
      `deploy/crds/ippoolhistories.yaml ${end}`,
      `deploy/crds/old.yaml ${end}`,
    ]);
  });
});

Deno.test("the gate names the steps that there are where no step has the word, rather than fail in silence", async () => {
  const args = ["run", "--allow-read", "--allow-env", `${ROOT}tools/gate.ts`, "nonsense"];
  const { succeeded, output } = await runDeno({ args, timeoutMs: 60_000 });
  strictEqual(succeeded, false);
  match(output, /its name: nonsense\. There are:\n {2}format\n/);
  match(output, /\n {2}what nothing uses\n/);
});

Deno.test("runDeno gives back output of both streams and how it ended", async () => {
  const ok = await runDeno({
    args: ["eval", "console.log('a'); console.error('b')"],
    timeoutMs: 60_000,
  });
  deepStrictEqual([ok.succeeded, ok.output.split("\n").sort()], [true, ["", "a", "b"]]);
  const bad = await runDeno({ args: ["eval", "Deno.exit(3)"], timeoutMs: 60_000 });
  deepStrictEqual(bad, { succeeded: false, output: "" });
});

Deno.test("runDeno kills what takes too long, and says so", async () => {
  const args = ["eval", "setInterval(() => {}, 1000)"];
  const { succeeded, output } = await runDeno({ args, timeoutMs: 300 });
  deepStrictEqual({ succeeded, output }, {
    succeeded: false,
    output: `\nKilled after 0.3 s: deno ${args.join(" ")}\n`,
  });
});

Deno.test("unitSteps runs every test that is not below tests/, and those of the gate", async () => {
  const names = (await unitSteps(ROOT, { typesAreChecked: true })).map((step) => step.name);
  strictEqual(names.includes("tests of core"), true);
  strictEqual(names.includes("tests of tests/gate"), true);
  strictEqual(names.includes("examples"), true);
});

Deno.test("missingPrograms looks through PATH and the folders of the system", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/vm-dhcp-probe`, "");
    const probe = { program: "vm-dhcp-probe", package: "probe", for: "test" } as const;
    const shell = { program: "sh", package: "dash", for: "test" } as const;
    deepStrictEqual(await missingPrograms([probe, shell], ""), [probe]);
    deepStrictEqual(await missingPrograms([probe, shell], `/nowhere:${folder}`), []);
  });
});
