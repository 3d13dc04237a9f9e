/**
 * What tshark, which knows nothing of this project, reads in frames.
 *
 * @module
 */

/** Of every frame: what is not right in it. Checksums are looked at, too. */
const MALFORMED = "_ws.malformed";
const REMARKS = "_ws.expert.message";
const SEVERITIES = "_ws.expert.severity";
/** Below it are notes, such as that `file` holds options. */
const WARNING = 0x600000;
const CHECKSUMS = { "ip.checksum.status": "1", "udp.checksum.status": "1" } as const;
const SEPARATOR = "|";

/** A frame as tshark reads it. */
interface DissectedFrame<Field extends string> {
  /** All values of each field, in order, as tshark writes them. */
  readonly values: Readonly<Record<Field, readonly string[]>>;
  /** Malformed parts, experts' remarks, checksums that are not right; empty where all is well. */
  readonly complaints: readonly string[];
}

/**
 * Has tshark read Ethernet frames.
 *
 * @param fields Names of tshark's fields, such as `dhcp.option.router`
 * @throws {Error} `Cannot run tshark: ...`
 */
export async function dissect<Field extends string>(
  frames: readonly Uint8Array[],
  fields: readonly Field[],
): Promise<readonly DissectedFrame<Field>[]> {
  return await dissectFile(capture(frames), fields);
}

/** Has tshark read a capture file, as {@linkcode dissect} does with frames. */
export async function dissectFile<Field extends string>(
  file: Uint8Array,
  fields: readonly Field[],
): Promise<readonly DissectedFrame<Field>[]> {
  const names = [MALFORMED, REMARKS, SEVERITIES, ...Object.keys(CHECKSUMS), ...fields];
  const said = await runTshark(file, [
    ...["-n", "-r", "-", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"],
    ...["-T", "fields", "-E", "occurrence=a", "-E", `aggregator=${SEPARATOR}`],
    ...names.flatMap((name) => ["-e", name]),
  ]);
  return said.split("\n").slice(0, -1).map((line) => {
    const cells = line.split("\t").map((cell) => cell === "" ? [] : cell.split(SEPARATOR));
    const all = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? []]));
    return {
      values: all as Record<Field, string[]>,
      complaints: [
        ...all[MALFORMED] ?? [],
        ...(all[REMARKS] ?? []).filter((_, index) => !(Number(all[SEVERITIES]?.[index]) < WARNING)),
        ...Object.entries(CHECKSUMS).filter(([name, good]) => all[name]?.join() !== good)
          .map(([name]) => `${name} is ${all[name]?.join()}`),
      ],
    };
  });
}

async function runTshark(input: Uint8Array, args: readonly string[]): Promise<string> {
  const process = startTshark(args);
  const writer = process.stdin.getWriter();
  const written = writer.write(input).then(() => writer.close()).catch(() => undefined);
  const { code, stdout, stderr } = await process.output();
  await written;
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot run tshark: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

function startTshark(args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("tshark", {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw new Error("Cannot run tshark: install it by `deno task setup tshark`", { cause });
  }
}

/** A capture file (libpcap 2.4, Ethernet). */
function capture(frames: readonly Uint8Array[]): Uint8Array {
  const length = frames.reduce((sum, frame) => sum + 16 + frame.length, 24);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  for (const [index, word] of [0xa1b2c3d4, 0x00020004, 0, 0, 0xffff, 1].entries()) {
    view.setUint32(index * 4, word);
  }
  let at = 24;
  for (const frame of frames) {
    view.setUint32(at + 8, frame.length);
    view.setUint32(at + 12, frame.length);
    file.set(frame, at + 16);
    at += 16 + frame.length;
  }
  return file;
}
