/**
 * `packets`: what comes and goes on the network of a pool, live.
 *
 * @module
 */
import { nameOf } from "../../core/inspect/world.ts";
import { Refusal, statusResponse } from "../refusal.ts";
import { poolsMeant } from "../world_of.ts";
import type { Verb } from "./verb.ts";

/** The packets of one pool, as text or for Wireshark. */
export const packets: Verb = {
  about: "The packets of an IPPool as they come, whole, as text or as pcap",
  parameters: ["of", "namespace", "mac", "seconds", "format"],
  answer: async ({ source, query, signal }) => {
    const { of, macAddress, seconds, format } = query;
    if (of === "") throw new Refusal(400, "Cannot tell whose packets: of: an IPPool is wanted");
    const [pool, ...others] = poolsMeant(source, query);
    if (pool === undefined || others.length > 0) {
      const names = [pool, ...others].flatMap((one) => one === undefined ? [] : [nameOf(one)]);
      throw new Refusal(400, `Cannot tell whose packets: of: one of ${names.join(", ")} is wanted`);
    }
    const response = await source.packets({
      pool: nameOf(pool),
      seconds,
      format,
      ...(macAddress === undefined ? {} : { macAddresses: [macAddress] }),
    }, signal);
    return response.ok ? response : refused(response.status, await response.text());
  },
};

/** What the agents refuse, in the words of this server. */
function refused(status: number, text: string): Response {
  let message = text;
  try {
    message = String(JSON.parse(text).error ?? text);
  } catch {
    // Not JSON: as it is.
  }
  return statusResponse(status === 404 ? 404 : status === 400 ? 400 : 503, message);
}
