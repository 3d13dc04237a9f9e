/**
 * What an image needs of the machine's package sources: Deno of a platform from npm, Debian packages by apt-get. Downloads are
 * kept outside the checkout.
 *
 * @module
 */
import { output } from "./command.ts";
import type { Platform } from "./platform.ts";

/** How to download. */
export interface Downloads {
  /** Folder that keeps what was downloaded. */
  readonly folder: string;
}

/** A package that was downloaded. */
interface DebianPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/** Path of the `deno` of a platform's npm package, of the version that runs. */
export async function downloadDeno(name: string, { folder }: Downloads): Promise<string> {
  const place = `${folder}/${name.replace("/", "_")}-${Deno.version.deno}`;
  const program = `${place}/package/deno`;
  if (await isFile(program)) return program;
  await Deno.mkdir(folder, { recursive: true });
  // npm holds the tarball against its registry's checksum. It is renamed when it is whole.
  const unfinished = await Deno.makeTempDir({ dir: folder, prefix: ".unfinished-" });
  try {
    const pack = ["pack", `${name}@${Deno.version.deno}`, "--silent", "--pack-destination"];
    const archive = (await output("npm", [...pack, unfinished])).trim();
    await output("tar", ["-xzf", `${unfinished}/${archive}`, "-C", unfinished, "package/deno"]);
    await Deno.remove(`${unfinished}/${archive}`);
    await Deno.rename(unfinished, place);
  } catch (error) {
    await Deno.remove(unfinished, { recursive: true });
    throw error;
  }
  return program;
}

/**
 * Downloads Debian packages of a platform, as this machine's package sources have them now, without touching what is installed
 * here. Throws where there is no apt-get, or its sources have no such platform.
 */
export async function downloadDebian(
  names: readonly string[],
  platform: Platform,
  { folder }: Downloads,
): Promise<readonly DebianPackage[]> {
  const root = `${folder}/apt-${platform}`;
  for (const name of ["state/lists/partial", "cache/archives/partial", "packages", "empty"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  await Deno.writeTextFile(`${root}/status`, "");
  const apt = async (args: readonly string[], at = "empty"): Promise<string> =>
    await output("apt-get", ["--quiet", ...options(root, platform), ...args], {
      cwd: `${root}/${at}`,
      env: { LC_ALL: "C" },
    });
  // What of the lists cannot be had is told below, where it matters.
  const complaint = await apt(["update"]).then(() => "", (error: Error) => `${error.message}\n`);
  const found: DebianPackage[] = [];
  for (const name of names) {
    try {
      // Such as: 'http://...' libc6_2.36-9_arm64.deb 2324660 SHA256:...; nothing for what is there already.
      const uri = await apt(["download", "--print-uris", name]);
      const file = /^\S+ (\S+\.deb) /m.exec(uri)?.[1] ?? "";
      const path = `${root}/packages/${file}`;
      if (!await isFile(path)) await apt(["download", name], "packages");
      const version = (await output("dpkg-deb", ["--field", path, "Version"])).trim();
      found.push({ path, name, version });
    } catch (cause) {
      throw new Error(
        `${complaint}Cannot download ${name} for ${platform}: ${
          (cause as Error).message
        }: build where apt-get has Debian's packages of that platform, or this machine's platform alone with --base host`,
        { cause },
      );
    }
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

/** A package source of its own: another platform, nothing installed, this machine's sources. */
function options(root: string, platform: Platform): string[] {
  return [
    `APT::Architecture=${platform}`,
    `APT::Architectures::=${platform}`,
    `Dir::State=${root}/state`,
    `Dir::State::status=${root}/status`,
    `Dir::Cache=${root}/cache`,
    "Acquire::Languages=none",
    "Debug::NoLocking=true",
    ...(Deno.uid() === 0 ? ["APT::Sandbox::User=root"] : []),
  ].flatMap((option) => ["--option", option]);
}
