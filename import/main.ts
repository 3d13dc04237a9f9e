/**
 * `deno task import`: prints manifests from the configuration file of Kea, ISC dhcpd or dnsmasq.
 *
 * @module
 */
import { FlagError, parseFlags } from "../runtime/flags.ts";
import { exitCode } from "../runtime/program.ts";
import { importFile } from "./import_file.ts";
import { PROGRAM } from "./settings.ts";

const encoder = new TextEncoder();

function main(): void {
  const { values, operands, help } = parseFlags(PROGRAM, { args: Deno.args, env: {} });
  if (values === undefined) return print(Deno.stdout, help);
  const { from, leases, namespace, network } = values;
  const [path, ...others] = operands;
  if (from === undefined) throw new FlagError(["--from is missing: kea, dhcpd or dnsmasq"]);
  if (path === undefined) throw new FlagError(["The file is missing: the server's configuration"]);
  if (others.length > 0) throw new FlagError([`One file is wanted, not also ${others.join(", ")}`]);
  const { text, counts } = importFile(
    {
      ...{ from, path, namespace, networks: network },
      ...(leases !== undefined && { leases: { path: leases, now: Date.now() } }),
    },
    {
      read: (file) => Deno.readTextFileSync(file),
      list: (folder) => [...Deno.readDirSync(folder)].map(({ name }) => name),
    },
  );
  print(Deno.stdout, text);
  print(
    Deno.stderr,
    `${counts.statements} statements read, ${counts.noted} of them have a comment\n`,
  );
}

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

Deno.exit(await exitCode(() => Promise.resolve(main())));
