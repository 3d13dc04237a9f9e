/**
 * Asks all agents what they hear.
 *
 * @module
 */
import type {
  HeardAnswer,
  HeardAnswers,
  HeardQuery,
  PacketsQuery,
} from "../../core/inspect/heard.ts";
import { errorText } from "../../core/error_text.ts";
import { LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";
import { readHeardAnswer } from "./heard_schema.ts";
import { mergePackets } from "./merge_packets.ts";

/** How long an agent may take for its answer, or for the beginning of its packets. */
const ANSWER_MS = 2_000;
/** Octets of an answer at most: 20,000 clients, which an agent tells of at most, are half of it. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;
/** The same, where it is about clients that were named: 100 of them are a tenth of it. */
const MOST_NAMED_BYTES = 1024 * 1024;
/** Octets of all answers to a question: an agent that is somebody else's by now must not fill the memory of who asks. */
const MOST_BYTES_OF_ALL = 64 * 1024 * 1024;
/** Of what an agent refuses. */
const MOST_REFUSAL_BYTES = 16_384;
const AGENT_PORT = 8080;

/** An agent's pod that runs. */
export interface AgentPod {
  /** Its name. */
  readonly name: string;
  /** Its address, IPv4 or IPv6. */
  readonly ip: string;
}

/** What agents are asked with. */
interface HeardClientOptions {
  /** The pods of all agents, now. */
  readonly pods: () => readonly AgentPod[];
  /** The token that is shown to them, for the audience `AGENT_AUDIENCE`; `undefined`: none is shown. */
  readonly token: () => Promise<string | undefined>;
  readonly clock: Clock;
  /** Default: the system's. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** TCP port of the agents' operations HTTP. Default 8080. */
  readonly port?: number;
}

/** Asks the agents of a cluster, each by its pod's address, all at once. */
export class HeardClient {
  readonly #options: HeardClientOptions;

  constructor(options: HeardClientOptions) {
    this.#options = options;
  }

  /** What agents last heard. Never rejects: who does not answer within two seconds is told of. */
  async heard(query: HeardQuery, signal: AbortSignal): Promise<HeardAnswers> {
    const path = `/clients?${searchOf(query)}`;
    const isNamed = (query.macAddresses ?? []).length > 0;
    const most = isNamed ? MOST_NAMED_BYTES : MOST_ANSWER_BYTES;
    const all = { left: MOST_BYTES_OF_ALL };
    const asked = await this.#askAll(path, signal, async (response) => {
      const text = await readText(response, most, all);
      return readHeardAnswer(text);
    });
    const answers: HeardAnswer[] = [];
    const problems: string[] = asked.length === 0 ? ["No pod of an agent runs"] : [];
    for (const { value, problem } of asked) {
      if (value !== undefined) answers.push(value);
      else problems.push(problem);
    }
    return { answers, problems };
  }

  /**
   * Packets as they come, of all agents together; the body ends after the time that was asked for. Answers 404 where no agent has the
   * pool, 502 where none answers, as JSON `{"error": ...}`.
   */
  async packets(query: PacketsQuery, signal: AbortSignal): Promise<Response> {
    const search = searchOf(query);
    search.set("seconds", String(query.seconds));
    search.set("format", query.format);
    const asked = await this.#askAll(
      `/packets?${search}`,
      signal,
      (response) => Promise.resolve(response),
    );
    const packets: ReadableStream<Uint8Array>[] = [];
    const responses = asked.flatMap(({ value }) => value ?? []);
    for (const { body } of responses) {
      if (body !== null) packets.push(body);
    }
    const [first] = responses;
    if (first !== undefined) {
      const type = first.headers.get("content-type") ?? "application/octet-stream";
      return new Response(mergePackets(packets, query.format), {
        headers: { "content-type": type, "cache-control": "no-store" },
      });
    }
    const problems = asked.flatMap(({ problem }) => problem ?? []);
    const isUnknown = asked.length > 0 && asked.every(({ status }) => status === 404);
    const error = problems.length === 0 ? "No pod of an agent runs" : problems.join("; ");
    return Response.json({ error }, { status: isUnknown ? 404 : 502 });
  }

  async #askAll<T>(
    path: string,
    signal: AbortSignal,
    read: (response: Response) => Promise<T>,
  ): Promise<readonly Answered<T>[]> {
    let headers: Readonly<Record<string, string>>;
    const pods = this.#options.pods();
    try {
      const token = await this.#options.token();
      headers = token === undefined ? {} : { authorization: `Bearer ${token.trim()}` };
    } catch (error) {
      const problem = `Cannot ask agents, their token cannot be read: ${errorText(error)}`;
      return pods.slice(0, 1).map((pod) => ({ pod, problem }));
    }
    return await Promise.all(pods.map((pod) => this.#ask(pod, { path, headers, read }, signal)));
  }

  async #ask<T>(
    pod: AgentPod,
    { path, headers, read }: {
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly read: (response: Response) => Promise<T>;
    },
    signal: AbortSignal,
  ): Promise<Answered<T>> {
    const { clock, port = AGENT_PORT, fetch = globalThis.fetch } = this.#options;
    // Not disposed: a body that is read on ends with the caller's signal.
    const limit = new LinkedAbort(signal);
    limit.abortAfter(ANSWER_MS, {
      clock,
      reason: () => new Error(`no answer within ${ANSWER_MS / 1_000} s`),
    });
    const host = pod.ip.includes(":") ? `[${pod.ip}]` : pod.ip;
    try {
      const response = await fetch(new URL(path, `http://${host}:${port}`), {
        headers,
        // The token is for the agent alone.
        redirect: "error",
        signal: limit.signal,
      });
      if (response.ok) return { pod, value: await read(response) };
      const { status } = response;
      const said = await readText(response, MOST_REFUSAL_BYTES);
      return { pod, status, problem: `Agent ${pod.name} answers ${status}: ${errorOf(said)}` };
    } catch (error) {
      const why = limit.signal.aborted ? limit.signal.reason : error;
      return { pod, problem: `Agent ${pod.name} cannot be asked: ${errorText(why)}` };
    } finally {
      limit.disarm();
    }
  }
}

/** What came of asking one agent. */
type Answered<T> =
  & { readonly pod: AgentPod; readonly status?: number }
  & (
    | { readonly value: T; readonly problem?: never }
    | { readonly problem: string; readonly value?: never }
  );

function searchOf({ pool, macAddresses = [] }: HeardQuery): URLSearchParams {
  const search = new URLSearchParams();
  if (pool !== undefined) search.set("pool", pool);
  for (const mac of macAddresses) search.append("mac", mac);
  return search;
}

/** The text of a body that is no longer than `most` octets, and than what is left for all; rejects for a longer one. */
async function readText(
  response: Response,
  most: number,
  all: { left: number } = { left: most },
): Promise<string> {
  const decoder = new TextDecoder();
  let length = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > most) throw new RangeError(`the answer is longer than ${most} octets`);
    if ((all.left -= chunk.length) < 0) {
      throw new RangeError("the answers of all agents together are too long");
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What an agent says of its refusal. */
function errorOf(said: string): string {
  try {
    const { error } = JSON.parse(said) as { readonly error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // Not one of ours.
  }
  return said.slice(0, 200);
}
