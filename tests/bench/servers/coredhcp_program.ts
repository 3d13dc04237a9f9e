/**
 * coredhcp, which no distribution packages: built once per machine, kept outside the checkout.
 *
 * @module
 */
import { findProgram, mustRun } from "../../real/command.ts";
import { cacheFolder } from "../../real/programs.ts";

const MODULE = "github.com/coredhcp/coredhcp";
/** It has no releases. */
const VERSION = "v0.0.0-20260217182248-a0841cb3038f";

/** Path of the program; `undefined` where it is not there, and there is no Go toolchain to build it. */
export async function coredhcpProgram(): Promise<string | undefined> {
  const folder = `${cacheFolder()}/../coredhcp-${VERSION}`;
  const program = `${folder}/coredhcp`;
  if (await Deno.stat(program).then(() => true, () => false)) return program;
  const go = await findProgram("go");
  if (go === undefined) return undefined;
  await Deno.mkdir(folder, { recursive: true });
  const command = `${MODULE}/cmds/coredhcp`;
  await Deno.writeTextFile(
    `${folder}/go.mod`,
    `module vm-dhcp.test/coredhcp\ngo 1.24\nrequire ${MODULE} ${VERSION}\n`,
  );
  await Deno.writeTextFile(
    `${folder}/tools.go`,
    `//go:build tools\n\npackage tools\n\nimport _ "${command}"\n`,
  );
  await mustRun(go, ["mod", "tidy"], { cwd: folder });
  await mustRun(go, ["build", "-trimpath", "-o", `${program}.unfinished`, command], {
    cwd: folder,
    env: { CGO_ENABLED: "0" },
  });
  await Deno.rename(`${program}.unfinished`, program);
  return program;
}
