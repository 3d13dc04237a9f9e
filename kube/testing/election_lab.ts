/**
 * Processes that take part in an election, on an API that a test writes.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { abortable } from "../../runtime/abort.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Lease } from "../objects/builtin_types.ts";
import { createKubeClient } from "../objects/client.ts";
import { LEASES } from "../objects/resources.ts";
import { type JsonValue, type RestAnswer, type RestClient, toRestClient } from "../rest_client.ts";
import { ScriptedApi } from "./scripted_api.ts";
import { LeaderElection, type LeaderElectionOptions } from "../election/leader_election.ts";

/** What they are after. */
export const LEASE = { namespace: "default", name: "lock" };

/** One process that takes part. */
interface Candidate {
  readonly election: LeaderElection;
  /** When (ms of simulated time) it began and ceased to lead. */
  readonly changes: { readonly at: number; readonly leading: boolean }[];
  readonly log: MemoryLogger;
  /** Cuts it off from the API server, or connects it again. */
  online: boolean;
  /** What happens at the API server just before this candidate's next patch arrives. */
  beforePatch?: (() => Promise<unknown>) | undefined;
  /** What happens each time just before this candidate's creates arrive. */
  beforeCreate?: (() => Promise<unknown>) | undefined;
  /** Whether its lists fail, as those of an informer do that still waits after an outage. */
  unlisted?: boolean;
  stop(): void;
  readonly done: Promise<void>;
}

/** The processes, and their world. */
export class ElectionLab implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly api = new ScriptedApi(LEASES);
  readonly client = createKubeClient(this.api.rest);
  readonly #all: Candidate[] = [];

  start(
    identity: string,
    { online = true, unlisted = false, latencyMs = 0, ...options }:
      & Partial<LeaderElectionOptions>
      & { online?: boolean; unlisted?: boolean; latencyMs?: number } = {},
  ): Candidate {
    const signal = new AbortController();
    const candidate: { -readonly [K in keyof Candidate]: Candidate[K] } = {
      online,
      unlisted,
      changes: [],
      log: memoryLogger(),
      stop: () => signal.abort(),
    } as unknown as Candidate;
    const rest = cuttable(this.api.rest, candidate);
    const election = new LeaderElection({
      client: createKubeClient(latencyMs === 0 ? rest : slow(rest, this.clock, latencyMs)),
      lease: LEASE,
      identity,
      durationMs: 5_000,
      renewMs: 1_000,
      onSilence: "go-on",
      clock: this.clock,
      random: () => 0.5,
      logger: candidate.log,
      ...options,
    });
    election.onChange(() =>
      candidate.changes.push({ at: this.clock.monotonic(), leading: election.leading })
    );
    candidate.election = election;
    candidate.done = election.run(signal.signal);
    this.#all.push(candidate);
    return candidate;
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) await this.clock.advance(50);
  }

  async lease(): Promise<Lease["spec"]> {
    return (await this.client.of(LEASES).get(LEASE))?.spec;
  }

  /** Changes the Lease, but not who holds it, as an agent's report does. */
  async report(): Promise<void> {
    const body = { metadata: { annotations: { report: String(this.clock.monotonic()) } } };
    await this.client.of(LEASES).patch(LEASE, { type: "merge", body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const candidate of this.#all) candidate.stop();
    let ended = false;
    const all = Promise.all(this.#all.map(({ done }) => done)).then(() => ended = true);
    while (!ended) await this.pass(100);
    await all;
    strictEqual(this.clock.sleeping, 0);
  }
}

/** A client that fails while its candidate is cut off, and comes too late where something happens before. */
function cuttable(
  rest: RestClient,
  candidate: Pick<Candidate, "online" | "unlisted" | "beforePatch" | "beforeCreate">,
): RestClient {
  return toRestClient(async (request) => {
    const isList = request.method === "GET" && request.path.endsWith("/leases");
    if (!candidate.online || (candidate.unlisted && isList)) {
      throw new TypeError("Connection refused");
    }
    if (request.method === "POST") await candidate.beforeCreate?.();
    const { beforePatch } = candidate;
    if (request.method === "PATCH" && beforePatch !== undefined) {
      candidate.beforePatch = undefined;
      await abortable(beforePatch(), request.abortSignal);
    }
    return await rest.performRequest(request as never) as unknown as JsonValue;
  });
}

/** A client whose requests, answers and events take this long. What is on its way arrives, also when nobody waits any more. */
function slow(rest: RestClient, clock: ManualClock, latencyMs: number): RestClient {
  return toRestClient(async ({ abortSignal, ...request }): Promise<RestAnswer> => {
    await clock.sleep(latencyMs);
    if (request.expectStream === true) {
      const stream = await rest.performRequest({ ...request, abortSignal } as never);
      return (stream as unknown as ReadableStream<JsonValue>).pipeThrough(
        new TransformStream<JsonValue, JsonValue>({
          transform: async (event, controller) => {
            await clock.sleep(latencyMs);
            controller.enqueue(event);
          },
        }),
      );
    }
    const answer = await rest.performRequest(request as never) as unknown as JsonValue;
    await clock.sleep(latencyMs, abortSignal);
    return answer;
  });
}

/** Times in which more than one of the candidates led. */
export function overlaps(one: Candidate, other: Candidate): boolean {
  const spans = (candidate: Candidate) =>
    candidate.changes.flatMap(({ at, leading }, index) =>
      leading ? [[at, candidate.changes[index + 1]?.at ?? Infinity] as const] : []
    );
  return spans(one).some(([a, b]) => spans(other).some(([c, d]) => a < d && c < b));
}
