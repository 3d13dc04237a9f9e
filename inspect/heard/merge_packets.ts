/**
 * The packets of several agents as one text, or one capture file.
 *
 * @module
 */
import type { PacketsQuery } from "../../core/inspect/heard.ts";
import { BlockCutter, type Cutter, TextCutter } from "./packet_cutters.ts";

/**
 * Hands on each packet as it comes, whole, whoever sends it. Ends when all have ended; one that breaks off ends no other. Where nobody
 * reads, nobody is read from.
 */
export function mergePackets(
  agents: readonly ReadableStream<Uint8Array>[],
  format: PacketsQuery["format"],
): ReadableStream<Uint8Array> {
  const shared = { interfaces: 0, begun: false };
  const sources = agents.map((body): Source => ({
    reader: body.getReader(),
    cutter: format === "pcap" ? new BlockCutter(shared) : new TextCutter(),
  }));
  /** What was read and is not handed on yet: of each source once at most. */
  const ready: Piece[] = [];
  let reading = sources.length;
  let wake: () => void = () => undefined;
  const readNext = async (source: Source) => {
    ready.push(await read(source));
    wake();
  };

  return new ReadableStream<Uint8Array>({
    start: () => {
      for (const source of sources) void readNext(source);
    },
    pull: async (controller) => {
      while (reading > 0) {
        const piece = ready.shift();
        if (piece === undefined) await new Promise<void>((resolve) => wake = resolve);
        else if (piece.records === undefined) reading--;
        else {
          void readNext(piece.source);
          for (const record of piece.records) controller.enqueue(record);
          if (piece.records.length > 0) return;
        }
      }
      controller.close();
    },
    cancel: async () => {
      await Promise.all(sources.map(({ reader }) => reader.cancel().catch(() => undefined)));
    },
  }, { highWaterMark: 0 });
}

/** One that is read from. */
interface Source {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly cutter: Cutter;
}

/** What is whole after one more piece; no records: it has ended. */
interface Piece {
  readonly source: Source;
  readonly records?: readonly Uint8Array[];
}

async function read(source: Source): Promise<Piece> {
  try {
    const { value, done } = await source.reader.read();
    if (done) return { source };
    return { source, records: source.cutter.cut(value) };
  } catch {
    await source.reader.cancel().catch(() => undefined);
    return { source };
  }
}
