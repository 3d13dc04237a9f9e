/**
 * What becomes of networks: weather, cables, relays, machines that nobody asked for.
 *
 * @module
 */
import { formatIPv4, parseIPv4 } from "../../../core/net/mod.ts";
import { between, oneOf } from "../engine/random.ts";
import { ForeignHost } from "../world/foreign_host.ts";
import { ForeignServer } from "../world/foreign_server.ts";
import { Relay } from "../world/relay.ts";
import { type Cut, FAIR } from "../world/segment.ts";
import type { World } from "../world/world.ts";
import { chosen, kind } from "./kind.ts";
import { poolOf } from "./subjects.ts";

interface OfPool {
  /** Index of the pool whose network it is. */
  readonly pool: number;
}

interface Lasting {
  readonly forMs: number;
}

/** Last octets of what stands on a network beside its pool. */
const RELAY = 3;
const FOREIGN_SERVER = 4;
const FOREIGN_FIRST = 200;
const SERVER = 2;
/** The address of a relay that is not of any pool's subnet. */
const OUTSIDE = 0xac10_0001;

/** Deeds of chance to networks. */
export const WIRE = {
  "weather": kind<
    & OfPool
    & Lasting
    & {
      readonly lost: number;
      readonly doubled: number;
      readonly delayMs: number;
      /** Part that comes once more, minutes later. */
      readonly again?: number;
    }
  >({
    weight: 1,
    draw: ({ random, pool, forMs }) => ({
      pool,
      lost: oneOf(random, [0, 0.05, 0.3]),
      doubled: oneOf(random, [0, 0.2]),
      delayMs: oneOf(random, [5, 200, 3_000, 15_000]),
      again: oneOf(random, [0, 0, 0.3]),
      forMs,
    }),
    act: (world, { pool, forMs, lost, doubled, delayMs, again = 0 }) => {
      const segment = world.segment(poolOf(pool).key);
      segment.weather = { lost, doubled, delayMs, again };
      world.timeline.after(forMs, () => segment.weather = FAIR);
    },
  }),
  "halves": kind<OfPool & Lasting & { readonly halves: number }>({
    weight: 0.7,
    draw: ({ random, pool, forMs }) => ({ pool, halves: between(random, 1, 1_000), forMs }),
    act: (world, { pool, halves, forMs }) => {
      const segment = world.segment(poolOf(pool).key);
      segment.weather = { ...segment.weather, halves };
      world.timeline.after(forMs, () => segment.weather = FAIR);
    },
  }),
  "cut agent": kind<Lasting & { readonly whom: number; readonly lost?: Cut }>({
    weight: 1,
    draw: ({ random, whom, forMs }) => ({
      whom,
      forMs,
      lost: oneOf<Cut>(random, ["all", "all", "heard", "sent"]),
    }),
    act: ({ kubelet, timeline }, { whom, forMs, lost = "all" }) => {
      const pod = chosen(kubelet.pods, whom);
      if (pod === undefined) return "nobody";
      const stations = [...pod.host.stations.values()];
      for (const station of stations) station.segment.cut(station, lost);
      timeline.after(forMs, () => {
        for (const station of stations) station.segment.cut(station, undefined);
      });
      return pod.name;
    },
  }),
  "foreign host": kind<OfPool & Lasting & { readonly last: number }>({
    weight: 1,
    draw: ({ random, pool, forMs }) => {
      const { start, end } = poolOf(pool);
      const last = random() < 0.15 ? SERVER : between(random, start, end);
      return { pool, last, forMs: 10 * forMs };
    },
    act: (world, { pool, last, forMs }) => {
      const { key, prefix } = poolOf(pool);
      return foreignHost(world, { network: key, address: parseIPv4(`${prefix}.${last}`), forMs });
    },
  }),
  "foreign server": kind<
    OfPool & Lasting & { readonly lateMs: number; readonly isAuthoritative: boolean }
  >({
    weight: 0.7,
    draw: ({ random, pool, forMs }) => ({
      pool,
      lateMs: oneOf(random, [0, 50, 2_000]),
      isAuthoritative: random() < 0.4,
      forMs: 3 * forMs,
    }),
    act: (world, { pool, lateMs, isAuthoritative, forMs }) => {
      const { key, prefix } = poolOf(pool);
      const server = new ForeignServer({
        segment: world.segment(key),
        timeline: world.timeline,
        address: parseIPv4(`${prefix}.${FOREIGN_SERVER}`),
        first: parseIPv4(`${prefix}.${FOREIGN_FIRST}`),
        lateMs,
        isAuthoritative,
      });
      world.foreignServers.add(`${key} ${prefix}.${FOREIGN_SERVER}`);
      world.networks.visit(server, forMs);
    },
  }),
  "relay": kind<
    OfPool & Lasting & {
      /** Whether servers hear clients by it alone. */
      readonly isBetween: boolean;
      /** Whether its address is of another subnet than the pool's. */
      readonly isOutside: boolean;
    }
  >({
    weight: 0.7,
    draw: ({ random, pool, forMs }) => {
      const isOutside = random() < 0.3;
      // Who is behind a relay that servers do not answer has no server.
      const isBetween = !isOutside && random() < 0.7;
      return { pool, isBetween, isOutside, forMs: 5 * forMs };
    },
    act: (world, { pool, isBetween, isOutside, forMs }) => {
      const { key, prefix } = poolOf(pool);
      const segment = world.segment(key);
      if (segment.interceptor !== undefined) return "there is a relay already";
      const relay = new Relay({
        segment,
        address: isOutside ? OUTSIDE : parseIPv4(`${prefix}.${RELAY}`),
        server: parseIPv4(`${prefix}.${SERVER}`),
        isBetween,
        onAnswer: () => {
          if (isOutside) world.wrong("relays", `a relay outside ${prefix}.0/24 is answered`);
        },
      });
      world.networks.visit(relay, forMs);
      return key;
    },
  }),
};

/** A machine that took an address by hand. */
function foreignHost(
  world: World,
  { network, address, forMs }: {
    readonly network: string;
    readonly address: number;
    readonly forMs: number;
  },
): string {
  const isUsed = world.allClients.some(({ segment, address: used }) =>
    segment.name === network && used === address
  );
  if (isUsed) return "nobody takes an address that is used";
  world.takenByHand.add(`${network} ${formatIPv4(address)}`);
  world.networks.visit(new ForeignHost(world.segment(network), { address }), forMs);
  return "";
}
