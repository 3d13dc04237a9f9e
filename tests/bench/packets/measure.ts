/**
 * Puts loads on servers, in turns, and notes what they show.
 *
 * @module
 */
import type { IPv4Config } from "../../../core/api/mod.ts";
import { Lab } from "../../network/lab.ts";
import { until } from "../../network/wait.ts";
import { compileGenerator, compileResponder } from "../packet_generator.ts";
import { cpuSeconds, residentMb } from "../process_figures.ts";
import { startAgent } from "../servers/agent.ts";
import type { DhcpServer } from "../servers/network.ts";
import { ceiling, type Peer } from "../servers/peers.ts";
import { type OwnFigures, type PacketFigures, Samples } from "./figures.ts";
import { Stand, type StandContext, type Way } from "./stand.ts";

/** How much is done. */
export interface Plan {
  readonly rounds: number;
  readonly clients: number;
  readonly renewing: number;
  /** How long each load lasts, milliseconds. */
  readonly closedMs: number;
  readonly openMs: number;
  readonly lowMs: number;
  readonly pauseSeconds: number;
  readonly networks: number;
  readonly clientsOfEach: number;
  readonly peers: readonly Peer[];
}

const WINDOW = 64;
const LOW_RATE = 5_000;
const LOST_AT_MOST = 0.01;
const FIRST_RATE = 4_000;
const BISECTIONS = 4;

/** All that a pool can say to every client beside what all servers are told. */
const FULL: Partial<IPv4Config> = {
  mtu: 1_400,
  routes: [{ destination: "10.0.0.0/8", gateway: "10.60.0.2" }],
  broadcast: "10.60.255.255",
  renewalTime: 1_200,
  rebindingTime: 2_400,
  captivePortal: "https://portal.example.org/api",
  ipv6OnlyPreferred: 1_800,
  timezone: { posix: "CET-1CEST,M3.5.0,M10.5.0/3", tzdb: "Europe/Berlin" },
  wpad: "http://wpad.example.org/wpad.dat",
  nextServer: "10.60.0.6",
  tftpServerName: "boot.example.org",
  bootFileName: "pxelinux.0",
  bootFiles: [{ architecture: 7, fileName: "start.efi" }],
  options: [{ code: 150, type: "ipv4", value: "10.60.0.6", always: true }],
  vendorOptions: [{ enterprise: 3_561, code: 1, type: "text", value: "https://acs.example.org" }],
};

/** A server that is measured. */
interface Subject {
  readonly server: DhcpServer;
  readonly stand: Stand;
  readonly samples: Samples;
}

/** Measures everything. `tell` is told what happens. */
export async function measurePackets(
  plan: Plan,
  tell: (line: string) => void,
): Promise<PacketFigures> {
  const began = performance.now();
  await using lab = await Lab.open();
  const bridge = await lab.bridge("unused");
  const context = { lab, bridge, generator: await compileGenerator() };
  await using running = new AsyncDisposableStack();
  const { clients } = plan;
  const open = async (peer: Peer): Promise<Subject | undefined> => {
    const version = await peer.version();
    if (version === undefined) {
      tell(`${peer.name} is not installed`);
      return undefined;
    }
    const apart = peer.name !== OURS.name;
    const name = `s${peer.name.replaceAll(/\W/g, "").slice(0, 7).toLowerCase()}`;
    const stand = await Stand.open(context, { name, clients, apart });
    const server = running.use(await peer.start(stand.server));
    await answers(server.name, stand);
    return { server, stand, samples: new Samples(peer.name, version) };
  };
  const ours = await open(OURS);
  const fastest = await open(ceiling(await compileResponder()));
  if (ours === undefined || fastest === undefined) throw new Error("Cannot measure: no server");
  const opened: (Subject | undefined)[] = [];
  for (const peer of plan.peers) opened.push(await open(peer));
  const peers = opened.filter((subject) => subject !== undefined);
  for (let round = 1; round <= plan.rounds; round++) {
    tell(`Round ${round} of ${plan.rounds}`);
    for (const subject of [ours, fastest, ...peers]) await measure(subject, plan);
  }
  tell("The longest pause");
  const pause = await longestPause({ ours, fastest }, plan);
  await running.disposeAsync();
  tell("Renewals, a pool that says everything, many networks");
  await measureRenewals([ours.samples, fastest.samples], { context, plan });
  return {
    ours: ours.samples,
    ceiling: fastest.samples,
    peers: peers.map(({ samples }) => samples),
    own: {
      pause,
      fullBursts: await fullBursts(context, plan),
      many: await manyNetworks(context, plan),
    },
    minutes: (performance.now() - began) / 60_000,
  };
}

const OURS: Peer = { name: "vm-dhcp", version: () => Promise.resolve(""), start: startAgent };

async function answers(name: string, stand: Stand): Promise<void> {
  await until(async () => (await stand.load({ mode: "closed", window: 1, ms: 20 })).complete > 0, {
    what: `${name} answers`,
    timeoutMs: 20_000,
  });
}

async function measure({ server, stand, samples }: Subject, plan: Plan): Promise<void> {
  const direct = await closed({ server, stand }, plan, "direct");
  const relay = await closed({ server, stand }, plan, "relay");
  const burst = await stand.load({ mode: "burst" });
  const before = await cpuSeconds(server.processId);
  const low = await stand.load({ mode: "open", rate: LOW_RATE, ms: plan.lowMs }, "direct", true);
  const lowUs = (await cpuSeconds(server.processId) - before) * 1e6 / low.complete;
  samples.add({
    ...{ closedDirect: direct.rate, closedDirectUs: direct.us },
    ...{ closedRelay: relay.rate, closedRelayUs: relay.us },
    ...{ burstMs: burst.ms, burstLost: burst.lost },
    ...{ lowUs, lowMedianUs: low.medianUs, lowP99Us: low.p99Us },
    open: await highestRate(stand, plan),
    residentMb: await residentMb(server.processId),
  });
}

/** Complete exchanges per second, and the server's processor time for each, microseconds. */
async function closed(
  { server, stand }: Pick<Subject, "server" | "stand">,
  { closedMs: ms }: Plan,
  way: Way,
): Promise<{ readonly rate: number; readonly us: number; readonly lost: number }> {
  await stand.load({ mode: "closed", window: WINDOW, ms: ms / 4 }, way);
  const before = await cpuSeconds(server.processId);
  const { complete, lost, ms: took } = await stand.load(
    { mode: "closed", window: WINDOW, ms },
    way,
  );
  const cpu = await cpuSeconds(server.processId) - before;
  return { rate: complete / took * 1_000, us: cpu * 1e6 / complete, lost };
}

/** Doubles the rate until too much is lost, then halves what is not known. 0: not even the first is carried. */
async function highestRate(stand: Stand, { openMs: ms }: Plan): Promise<number> {
  const isCarried = async (rate: number): Promise<boolean> => {
    const { begun, lost } = await stand.load({ mode: "open", rate, ms });
    // A generator that cannot keep up is no proof.
    return begun >= rate * ms / 1_000 * 0.98 && lost <= begun * LOST_AT_MOST;
  };
  let carried = 0;
  let refused = FIRST_RATE;
  // At the second attempt at the latest: what else the machine does comes in between.
  while (await isCarried(refused) || await isCarried(refused)) {
    carried = refused;
    refused *= 2;
  }
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.round((carried + refused) / 2);
    if (await isCarried(middle)) carried = middle;
    else refused = middle;
  }
  return carried;
}

async function longestPause(
  { ours, fastest }: { readonly ours: Subject; readonly fastest: Subject },
  { pauseSeconds }: Plan,
): Promise<OwnFigures["pause"]> {
  const rate = Math.round((ours.samples.median("open") ?? 0) / 2 / 1_000) * 1_000 || FIRST_RATE;
  const longest = async ({ stand }: Subject, seconds: number) =>
    (await stand.load({ mode: "open", rate, ms: seconds * 1_000 }, "direct", true)).longestUs;
  return {
    ...{ seconds: pauseSeconds, rate },
    longestUs: await longest(ours, pauseSeconds),
    // What the machine itself is good for.
    ceilingUs: await longest(fastest, pauseSeconds / 4),
  };
}

async function measureRenewals(
  all: readonly Samples[],
  { context, plan }: { readonly context: StandContext; readonly plan: Plan },
): Promise<void> {
  const clients = plan.renewing;
  const peers = [OURS, ceiling(await compileResponder())];
  for (const [at, samples] of all.entries()) {
    const peer = peers[at] ?? OURS;
    const stand = await Stand.open(context, { name: `renew${at}`, clients, apart: at > 0 });
    await using server = await peer.start(stand.server);
    await answers(server.name, stand);
    for (let round = 0; round < plan.rounds; round++) {
      const { rate, lost } = await closed({ server, stand }, plan, "renew");
      samples.add({ renewals: rate, renewalsLost: lost });
    }
  }
}

async function fullBursts(context: StandContext, plan: Plan): Promise<OwnFigures["fullBursts"]> {
  const stand = await Stand.open(context, { name: "full", clients: plan.clients, apart: false });
  await using server = await startAgent({ ...stand.server, config: FULL });
  await answers(server.name, stand);
  // As warm as the other one was.
  for (let round = 0; round < 2; round++) {
    await closed({ server, stand }, plan, "direct");
  }
  const bursts: { ms: number; lost: number }[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const { ms, lost } = await stand.load({ mode: "burst" });
    bursts.push({ ms, lost });
  }
  return bursts;
}

async function manyNetworks(context: StandContext, plan: Plan): Promise<OwnFigures["many"]> {
  const { networks, clientsOfEach: clients } = plan;
  const stand = await Stand.open(context, { name: "n", clients, networks, apart: false });
  await using server = await startAgent(stand.server);
  // Ready is who knows all pools; the last of the networks get their address a moment later.
  await until(async () => (await stand.load({ mode: "burst" })).lost === 0, {
    what: `${server.name} answers on every network`,
    timeoutMs: 20_000,
  });
  const burst = await stand.load({ mode: "burst" });
  const closedRates: number[] = [];
  const us: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const one = await closed({ server, stand }, plan, "direct");
    closedRates.push(one.rate);
    us.push(one.us);
  }
  return {
    ...{ networks, clients, startMs: server.startMs, burstMs: burst.ms, burstLost: burst.lost },
    ...{ closed: closedRates, us, residentMb: await residentMb(server.processId) },
  };
}
