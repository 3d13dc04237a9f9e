/**
 * DHCP exchanges beside other servers and a fixed responder in C, in the same run: clients without addresses on a veth pair each, raw
 * frames from another network namespace. `deno task bench packets`; writes `docs/performance.md` and its plot, and ends with 1 where a
 * goal of the project is missed. Peers that are not installed are left out: `deno task setup --bench`.
 *
 * @module
 */
import { run } from "../network/command.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { goalsOf } from "./packets/figures.ts";
import { measurePackets } from "./packets/measure.ts";
import { measuredText, plot, withMeasured } from "./packets/page.ts";
import { FULL_PLAN } from "./packets/plans.ts";
import { coredhcpProgram } from "./servers/coredhcp_program.ts";

const PAGE = new URL("../../docs/performance.md", import.meta.url);
const PLOT = new URL("../../docs/performance.svg", import.meta.url);

async function main(): Promise<boolean> {
  // Built once, from the Go module proxy, which the private network does not reach.
  await coredhcpProgram();
  using _network = enterPrivateNetwork();
  const figures = await measurePackets(FULL_PLAN, (line) => print(`${line}\n`));
  const cpus = navigator.hardwareConcurrency;
  const kernel = (await run("uname", "-r")).trim();
  const [load = ""] = (await run("cat", "/proc/loadavg")).split(" ");
  const machine =
    `Deno ${Deno.version.deno}, Linux ${kernel}, ${cpus} processors, which servers and clients share; load average ${load} at the end.`;
  const measured = measuredText(figures, machine);
  print(`\n${measured}\n`);
  await Deno.writeTextFile(PAGE, withMeasured(await Deno.readTextFile(PAGE), measured));
  await Deno.writeTextFile(PLOT, plot(figures));
  return goalsOf(figures).every(({ met }) => met);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

Deno.exit(await main() ? 0 : 1);
