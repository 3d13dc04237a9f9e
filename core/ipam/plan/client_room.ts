import type { RecordedClient } from "../../api/client_options.ts";
import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import type { PlanInput } from "../types.ts";

/** How many times what it leaves free a namespace may have of the room: the network's own one, and every other. */
const SHARE = { own: 3, other: 1 };

/**
 * The room in a record for what clients are told beside their addresses.
 *
 * A namespace may have of it as much as it leaves free for others, the network's own one three times as much: so it never uses
 * up all of it, there is always some for the next one, and nobody is put out for anybody (dynamic thresholds, as switches share their buffers:
 * Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998). Where only its own namespace may use the network, that one
 * has all of it.
 */
export class ClientRoom {
  readonly #home: string | undefined;
  readonly #isShared: boolean;
  readonly #held = new Map<string, number>();
  #free: number;

  /** @param bytes How much room there is */
  constructor({ pool, access }: PlanInput, bytes: number) {
    const network = networkOfPool(pool);
    this.#home = network === undefined ? undefined : namespaceOfNetwork(network);
    this.#isShared = access === undefined || access.tenancy === "shared" || access.allowed.size > 0;
    this.#free = bytes - 2; // the braces
  }

  /** Takes room for what is recorded already, whatever share its namespace has. */
  keep(namespace: string, bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#take(namespace, bytes);
    return true;
  }

  /** Takes room for something new, where there is some for its namespace. */
  take(namespace: string, bytes: number): boolean {
    if (!this.fits(namespace, bytes)) return false;
    this.#take(namespace, bytes);
    return true;
  }

  /** Whether there is room for something new; where there is none, there will be none as long as room is only taken. */
  fits(namespace: string, bytes: number): boolean {
    const left = this.#free - bytes;
    if (left < 0) return false;
    const share = namespace === this.#home ? SHARE.own : SHARE.other;
    return !this.#isShared || (this.#held.get(namespace) ?? 0) + bytes <= share * left;
  }

  #take(namespace: string, bytes: number): void {
    this.#free -= bytes;
    this.#held.set(namespace, (this.#held.get(namespace) ?? 0) + bytes);
  }
}

/** What one entry takes of a record with its key and a comma: UTF-8 octets of JSON, as the API server stores it. */
export function clientBytes({ hostName, options }: RecordedClient): number {
  const name = hostName === undefined ? 0 : '"hostName":"",'.length + hostName.length;
  if (options === undefined) return ENTRY.length + name - Math.sign(name); // no comma after the name
  return ENTRY.length + name + '"options":'.length + storedLength(JSON.stringify(options));
}

const ENTRY = '"52:54:00:00:00:01":{},';

/** How many octets the API server makes of JSON: Go's encoder writes `<`, `>`, `&`, U+2028 and U+2029 as six, so that they do no harm in HTML. */
function storedLength(json: string): number {
  let length = json.length;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x3c || code === 0x3e || code === 0x26 || code === 0x2028 || code === 0x2029) {
      length += 5;
      continue;
    }
    // Of a surrogate pair each half counts two.
    if (code >= 0x80) length += code >= 0x800 && (code & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return length;
}
