import { readIPv4 } from "../../net/mod.ts";
import { isShown } from "../claims/owners.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { formerOf, type OpenRequest } from "./open_request.ts";
import { giveFormer } from "./place_dynamic.ts";
import { isAwaiting, namedBefore, placeStatic } from "./place_static.ts";
import type { Planning } from "./planning.ts";

/** Whether a client without an address is known to have had one: its status shows it, or its object notes it. */
export function hadAddress({ primary, kept }: OpenRequest): boolean {
  return kept === undefined && (primary.noted !== undefined || isShown(primary));
}

/**
 * Gives addresses back to who had them when the record is lost or restored, before anybody else gets one: who asked for an
 * address that was another's waits as it did before.
 *
 * What a status shows is given back first, since only the controller writes it. What an object notes its owner may have
 * written: it goes before nobody who asks for that address by name and comes earlier.
 *
 * @param requests Those that {@linkcode hadAddress}, in order; of two that had the same address the first gets it
 */
export function placeFormer(
  planning: Planning,
  requests: readonly OpenRequest[],
  network: PoolNetwork,
): void {
  for (const request of requests) {
    if (!isShown(request.primary)) continue;
    const shown = readIPv4(request.primary.previous ?? "");
    giveBack(planning, { request, mayHave: (address) => address === shown }, network);
  }
  for (const request of requests) {
    const mayHave = (address: number) => namedBefore(planning, request, address) === undefined;
    giveBack(planning, { request, mayHave }, network);
  }
}

function giveBack(
  planning: Planning,
  { request, mayHave }: {
    readonly request: OpenRequest;
    readonly mayHave: (address: number) => boolean;
  },
  network: PoolNetwork,
): void {
  const { given, primary } = request;
  if (given !== undefined) return;
  if (primary.requested === undefined || isAwaiting(planning, primary)) {
    giveFormer(planning, request, network, mayHave);
    return;
  }
  const requested = readIPv4(primary.requested);
  if (requested !== readIPv4(formerOf(primary) ?? "") || !mayHave(requested)) return;
  placeStatic(planning, [request], network);
}
