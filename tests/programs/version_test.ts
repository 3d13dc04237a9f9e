/**
 * I13: every program says which vm-dhcp it is, in the same words everywhere.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type RunningProgram, startProgram } from "./program.ts";

const { version } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
);
const BUILD_INFO =
  `vmdhcp_build_info{version="${version}",revision="",deno="${Deno.version.deno}"} 1\n`;

for (const task of ["controller", "agent", "webhook", "standalone", "deploy", "image"]) {
  Deno.test(`I13: ${task} --version prints the version of deno.json, and nothing else happens`, async () => {
    await using program = startProgram(task, ["--version"]);
    deepStrictEqual(await program.ended(), {
      code: 0,
      out: `vm-dhcp ${version} (Deno ${Deno.version.deno})\n`,
      log: "",
    });
  });
}

const POOLS = JSON.stringify([{ interfaceName: "no-such-link", ipPoolRef: "default/net-48" }]);
const ROLES: Readonly<Record<string, Parameters<typeof startProgram>[2]>> = {
  controller: {},
  agent: { env: { AGENT_NETWORK_CONFIGS: POOLS } },
};
for (const [task, options] of Object.entries(ROLES)) {
  Deno.test(`I13: ${task} has its version in the first log line and in vmdhcp_build_info`, async () => {
    await using program = startProgram(task, ["--no-leader-election"], options);
    const metrics = await program.page("/metrics");
    strictEqual(metrics.includes(BUILD_INFO), true, metrics);
    await saysItsVersion(program);
  });
}

for (const task of ["webhook", "standalone"]) {
  Deno.test(`I13: ${task} has its version in the first log line`, async () => {
    const args = task === "standalone" ? ["--state=/dev/null/x", "--manifests=/"] : [];
    await using program = startProgram(task, args);
    await saysItsVersion(program);
  });
}

async function saysItsVersion(program: RunningProgram): Promise<void> {
  const { message, ...said } = JSON.parse(await program.firstLine());
  match(message, /^The (controller|agent|webhook|server) starts$/);
  const { version: is, revision, deno } = said;
  deepStrictEqual({ version: is, revision, deno }, {
    version,
    revision: "",
    deno: Deno.version.deno,
  });
}
