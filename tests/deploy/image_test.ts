import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeImageFolders } from "../../deploy/image/build_image.ts";
import { run } from "../network/command.ts";

const SOURCE = new URL("../../", import.meta.url).pathname;

/** Every file below a folder, sorted. */
async function filesBelow(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder + below)) {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory) found.push(...await filesBelow(folder, path));
    else found.push(path);
  }
  return found.sort();
}

/** What is in every file. */
async function digestsBelow(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const path of await filesBelow(folder)) {
    digests[path] = createHash("sha256").update(await Deno.readFile(folder + path)).digest("hex");
  }
  return digests;
}

Deno.test("the image is the same wherever it is built, and its programs start from Deno's cache", async (t) => {
  await using folders = new AsyncDisposableStack();
  const made = async (): Promise<string> => {
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-image-test-" });
    folders.defer(() => Deno.remove(folder, { recursive: true }));
    await makeImageFolders(folder, { deno: Deno.execPath(), source: SOURCE });
    return folder;
  };
  const one = await made();

  await t.step("two builds have the same files", async () => {
    deepStrictEqual(await digestsBelow(await made()), await digestsBelow(one));
  });

  const root = `${one}/base`;
  await run("cp", "--archive", `${one}/program/.`, root);
  await Deno.mkdir(`${root}/proc`);
  const cache = `${root}/deno-dir/gen/file/app`;
  const cached = await filesBelow(cache);
  const times = async (): Promise<unknown[]> =>
    await Promise.all(cached.map(async (path) => [path, (await Deno.stat(cache + path)).mtime]));
  const before = await times();

  for (const program of ["controller", "webhook", "agent"]) {
    await t.step(`${program} starts`, async () => {
      const command = new Deno.Command("/usr/bin/unshare", {
        args: [
          ...["--mount", "--pid", "--fork", "--mount-proc", `--root=${root}`, "--wd=/app"],
          ...["/usr/bin/deno", "run", "--cached-only", "--no-prompt", "--allow-env"],
          ...[`${program}/main.ts`, "--help"],
        ],
        clearEnv: true,
        env: { DENO_DIR: "/deno-dir", DENO_NO_UPDATE_CHECK: "1", HOME: "/tmp" },
      });
      const { code, stdout, stderr } = await command.output();
      strictEqual(code, 0, new TextDecoder().decode(stderr));
      match(new TextDecoder().decode(stdout), new RegExp(`^Usage: .*${program}`));
    });
  }

  await t.step("and no module was compiled anew", async () => {
    deepStrictEqual(await filesBelow(cache), cached);
    deepStrictEqual(await times(), before);
  });
});
