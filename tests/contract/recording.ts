/**
 * What a real kube-apiserver answered to every case: the measure of the embedded API.
 *
 * @module
 */
import type { JsonValue } from "../../kube/rest_client.ts";

const FILE = new URL("../recorded/contract.json", import.meta.url);

/** Transcripts by the names of their cases. */
export type Recording = Readonly<Record<string, JsonValue>>;

/** Reads the recording. */
export async function readRecording(): Promise<Recording> {
  return JSON.parse(await Deno.readTextFile(FILE)) as Recording;
}

/** Writes the recording. */
export async function writeRecording(recording: Recording): Promise<void> {
  await Deno.writeTextFile(FILE, `${JSON.stringify(recording, null, 1)}\n`);
}
