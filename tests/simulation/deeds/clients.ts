/**
 * What machines on a network do as DHCP clients: the VMs', their copies, and who speaks in their name.
 *
 * @module
 */
import { formatMac } from "../../../core/net/mod.ts";
import { between, oneOf } from "../engine/random.ts";
import { type Habit, HABITS, type SimClient } from "../world/dhcp_client.ts";
import { type Claim, claimAnothers, CLAIMS, forge } from "../world/odd_messages.ts";
import type { World } from "../world/world.ts";
import { chosen, kind } from "./kind.ts";
import { poolOf } from "./subjects.ts";

interface OfOne {
  /** Index into what there is at that moment. */
  readonly whom: number;
}

interface Lasting {
  readonly forMs: number;
}

/** Where the servers' addresses end. */
const SERVER = 2;

/** Deeds of clients. */
export const CLIENTS = {
  "restart client": kind<OfOne & { readonly releases: boolean }>({
    weight: 1.5,
    draw: ({ random, whom }) => ({ whom, releases: random() < 0.3 }),
    act: ({ allClients, hypervisor, timeline }, { whom, releases }) => {
      const client = chosen(allClients.filter(({ state }) => state !== "OFF"), whom);
      if (client === undefined) return "nobody";
      client.powerOff(releases);
      timeline.after(3_000, () => {
        if (hypervisor.wants(client.segment.name, formatMac(client.mac))) client.powerOn(true);
      });
      return client.name;
    },
  }),
  "habit": kind<OfOne & Lasting & { readonly habit: Habit; readonly restarts: boolean }>({
    weight: 1.5,
    draw: ({ random, whom, forMs }) => ({
      whom,
      habit: oneOf(random, HABITS),
      restarts: random() < 0.6,
      forMs: 5 * forMs,
    }),
    act: ({ allClients, timeline }, { whom, habit, restarts, forMs }) => {
      const client = chosen(allClients.filter(({ state }) => state !== "OFF"), whom);
      if (client === undefined) return "nobody";
      client.habit = habit;
      timeline.after(forMs, () => client.habit = undefined);
      if (restarts) {
        client.powerOff(false);
        client.powerOn(true);
      }
      return client.name;
    },
  }),
  "copy station": kind<OfOne & Lasting>({
    weight: 0.5,
    draw: ({ whom, forMs }) => ({ whom, forMs: 5 * forMs }),
    act: (world, { whom, forMs }) => {
      const client = chosen(bound(world), whom);
      if (client !== undefined) world.networks.copy(client, forMs);
      return client?.name ?? "nobody";
    },
  }),
  "claim another's": kind<OfOne & { readonly of: number; readonly claim: Claim }>({
    weight: 2,
    draw: ({ random, whom }) => ({
      whom,
      of: between(random, 0, 99),
      claim: oneOf(random, CLAIMS),
    }),
    act: (world, { whom, of, claim }) => {
      const client = chosen(bound(world), whom);
      const other = chosen(bound(world).filter((one) => one !== client), of);
      if (client === undefined || other?.address === undefined) return "nobody";
      const server = client.lease?.server ?? 0;
      claimAnothers(client, { claim, address: other.address, server });
      return `${client.name} of ${other.name}`;
    },
  }),
  "forged decline": kind<OfOne>({
    weight: 1,
    draw: ({ whom }) => ({ whom }),
    act: (world, { whom }) => {
      const victim = chosen(bound(world), whom);
      if (victim !== undefined) forge(victim, { claim: "decline", address: victim.address ?? 0 });
      return victim?.name ?? "nobody";
    },
  }),
  "forgery": kind<
    OfOne & {
      readonly claim: Claim;
      /** Last octet of what is claimed in the victim's name; unset: the victim's own address. */
      readonly last?: number;
      /** Last octet of the relay that it says to have come by; unset: none. */
      readonly relay?: number;
    }
  >({
    weight: 1.5,
    draw: ({ random, pool, whom }) => {
      const { start, end } = poolOf(pool);
      return {
        whom,
        claim: oneOf(random, CLAIMS),
        ...(random() < 0.5 ? {} : { last: between(random, start, end) }),
        ...(random() < 0.6 ? {} : { relay: between(random, SERVER, end) }),
      };
    },
    act: (world, { whom, claim, last, relay }) => {
      const victim = chosen(bound(world), whom);
      if (victim?.address === undefined) return "nobody";
      const of = (octet: number) => (victim.address ?? 0) - (victim.address ?? 0) % 256 + octet;
      forge(victim, {
        claim,
        address: last === undefined ? victim.address : of(last),
        ...(relay === undefined ? {} : { giaddr: of(relay) }),
      });
      return victim.name;
    },
  }),
};

function bound({ allClients }: World): readonly SimClient[] {
  return allClients.filter(({ address }) => address !== undefined);
}
