/**
 * What clients were seen to do, kept in `record.json` beside this file: `deno task clients` writes it, other runs compare.
 *
 * @module
 */
import assert from "node:assert/strict";
import { unpackedVersion } from "../../tools/install/unpack.ts";

/** Whether a client did what it was put to, what was seen of it, and what is to be said of that. */
export interface Sight {
  readonly does: boolean;
  readonly seen: string;
  readonly remark?: string;
}

/** What was seen of one client. */
interface ClientRecord {
  /** Debian's package and its version. */
  readonly package: string;
  readonly version: string;
  readonly sights: Readonly<Record<string, Sight>>;
}

/** Client -> what was seen of it. */
export type ClientsRecord = Readonly<Record<string, ClientRecord>>;

/** The variable by which `deno task clients` tells tests to write the record. */
export const RECORD_VARIABLE = "RECORD_CLIENTS";

const FILE = new URL("record.json", import.meta.url);

/** The record as it is. */
export async function readRecord(): Promise<ClientsRecord> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

/** Writes down what was seen of a client, where that is asked for; else compares it in form: what it does, and what it does not. */
export async function keepSights(
  client: { readonly name: string; readonly package: string },
  sights: Readonly<Record<string, Sight>>,
): Promise<void> {
  const record = await readRecord();
  const ordered = Object.fromEntries(Object.entries(sights).toSorted(byName));
  if (Deno.env.get(RECORD_VARIABLE) === undefined) {
    const form = (of: Readonly<Record<string, Sight>>) =>
      Object.fromEntries(Object.entries(of).map(([name, { does }]) => [name, does]));
    assert.deepEqual(
      form(ordered),
      form(record[client.name]?.sights ?? {}),
      `${client.name} is not what record.json says; run: deno task clients`,
    );
    return;
  }
  const whole = {
    ...record,
    [client.name]: {
      package: client.package,
      version: await versionOf(client.package),
      sights: ordered,
    },
  };
  const text = JSON.stringify(Object.fromEntries(Object.entries(whole).toSorted(byName)), null, 2);
  await Deno.writeTextFile(FILE, `${text}\n`);
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

async function versionOf(name: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("dpkg-query", {
    args: ["--show", "--showformat", "${Version}", name],
  }).output();
  return success ? new TextDecoder().decode(stdout) : await unpackedVersion(name);
}
