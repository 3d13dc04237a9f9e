import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeImageFolders } from "../../deploy/image/build_image.ts";
import { OWN_PLATFORM, type Platform } from "../../deploy/image/platform.ts";
import { makeProgram } from "../../deploy/image/program_folder.ts";
import { run } from "../network/command.ts";
import { findProgram } from "../real/command.ts";
import { cacheFolder } from "../real/programs.ts";

const SOURCE = new URL("../../", import.meta.url).pathname;
const REVISION = "0123456789abcdef0123456789abcdef01234567";
const FROM = { deno: Deno.execPath(), source: SOURCE, revision: REVISION };
/** QEMU's user mode, which runs programs of another platform. */
const QEMU: Readonly<Record<Platform, string>> = {
  amd64: "qemu-x86_64-static",
  arm64: "qemu-aarch64-static",
};

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

/** Runs Deno in the root file system of an image; what it says. */
async function inImage(root: string, platform: Platform, args: readonly string[]): Promise<string> {
  const emulator: string[] = [];
  if (platform !== OWN_PLATFORM) {
    await Deno.copyFile(await findProgram(QEMU[platform]) ?? QEMU[platform], `${root}/qemu`);
    emulator.push("/qemu");
  }
  const command = new Deno.Command("/usr/bin/unshare", {
    args: [
      ...["--mount", "--pid", "--fork", "--mount-proc", `--root=${root}`, "--wd=/app"],
      ...[...emulator, "/usr/bin/deno", ...args],
    ],
    clearEnv: true,
    env: { DENO_DIR: "/deno-dir", DENO_NO_UPDATE_CHECK: "1", HOME: "/tmp" },
  });
  const { code, stdout, stderr } = await command.output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("I4: the image is the same wherever it is built, and its programs start from Deno's cache on both platforms", async (t) => {
  await using folders = new AsyncDisposableStack();
  const newFolder = async (): Promise<string> => {
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-image-test-" });
    folders.defer(() => Deno.remove(folder, { recursive: true }));
    return folder;
  };
  const { bases, program, packages } = await makeImageFolders(await newFolder(), {
    ...FROM,
    platforms: ["amd64", "arm64"],
    base: "packages",
    stamp: { version: "1.2.3", revision: REVISION, created: new Date(0), url: "" },
    downloads: { folder: cacheFolder() },
  });

  await t.step("two builds of the program have the same files", async () => {
    const other = await newFolder();
    await makeProgram(other, FROM);
    deepStrictEqual(await digestsBelow(other), await digestsBelow(program));
  });

  await t.step("nothing of a registry is in it that changes with what others publish", async () => {
    deepStrictEqual(
      (await filesBelow(program)).filter((path) => path.endsWith("registry.json")),
      [],
    );
  });

  await t.step("the packages of both platforms and of npm are known", () => {
    const names = packages.map(({ type, name, platform = "" }) => `${type} ${name} ${platform}`);
    for (
      const wanted of [
        "npm @deno/linux-x64-glibc ",
        "deb libc6 amd64",
        "npm @deno/linux-arm64-glibc ",
        "deb libc6 arm64",
        "npm zod ",
        "npm @logtape/logtape ",
      ]
    ) strictEqual(names.includes(wanted), true, `${wanted} is not among ${names}`);
  });

  for (const platform of ["amd64", "arm64"] as const) {
    const root = bases[platform] ?? "";
    await run("cp", "--archive", `${program}/.`, root);
    await Deno.mkdir(`${root}/proc`);
    const cache = `${root}/deno-dir/gen/file/app`;
    const cached = await filesBelow(cache);
    const times = async (): Promise<unknown[]> =>
      await Promise.all(cached.map(async (path) => [path, (await Deno.stat(cache + path)).mtime]));
    const before = await times();

    await t.step(`Deno is that of ${platform}`, async () => {
      const arch = { amd64: "x86_64", arm64: "aarch64" }[platform];
      match(
        await inImage(root, platform, ["--version"]),
        new RegExp(`^deno ${Deno.version.deno} \\(stable, release, ${arch}-`),
      );
    });

    // The emulator would take half a minute for a whole program: its cache is found by one module.
    await t.step(`the cache of ${platform} has the version's module`, async () => {
      const said = await inImage(root, platform, [
        ...["eval", "--cached-only", "--ext=js"],
        'import { versionText } from "/app/runtime/version.ts"; console.log(versionText().trim())',
      ]);
      match(said, new RegExp(`commit ${REVISION}`));
    });

    for (const role of platform === OWN_PLATFORM ? ["controller", "webhook", "agent"] : []) {
      await t.step(`${role} starts on ${platform}, and says from which commit it is`, async () => {
        const said = await inImage(root, platform, [
          ...["run", "--cached-only", "--no-prompt", "--allow-env"],
          ...[`${role}/main.ts`, "--version"],
        ]);
        match(said, new RegExp(`^vm-dhcp .* \\(Deno .*, commit ${REVISION}\\)\n$`));
      });
    }

    await t.step(`and no module was compiled anew on ${platform}`, async () => {
      deepStrictEqual(await filesBelow(cache), cached);
      deepStrictEqual(await times(), before);
    });
  }
});
