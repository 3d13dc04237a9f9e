/**
 * Makes of an IPPool what the responder serves, and remembers it until the pool changes.
 *
 * @module
 */
import { type FieldError, fieldErrorText, readIPPool } from "../../core/api/mod.ts";
import type { IPPool } from "../../core/api/types.ts";
import { compilePool, type ServedNetwork } from "../../core/dhcp/mod.ts";
import { defaultServerIP } from "../../core/ipam/pool/defaults.ts";

/** Problems that are named at most, and characters of each: they go into the agent's report, where all pools have to fit. */
const NAMED = 5;
const MAX_CHARACTERS = 300;

/** A compiled pool. */
interface CompiledNetwork {
  /** Absent where the pool cannot be served at all. */
  readonly served: ServedNetwork | undefined;
  /** What is wrong with the pool, as a sentence: the first few, and how many there are beside them; empty where nothing is. */
  readonly problems: string;
}

/** What a pool is compiled for, beside what it says. */
interface CompiledFor {
  readonly mtu: number;
  /** Whether the pool may be old: it comes from a snapshot. */
  readonly remembered?: boolean;
}

/** Compiles the states of one pool, one after the other. */
export class PoolCompiler {
  readonly #onProblems: (problems: string) => void;
  #last: (CompiledNetwork & Required<CompiledFor> & { readonly pool: IPPool }) | undefined;
  /** The last that could be served: its server identifiers stay known. */
  #served: ServedNetwork | undefined;

  /** `onProblems` is called once for each state of the pool that has any. */
  constructor(onProblems: (problems: string) => void) {
    this.#onProblems = onProblems;
  }

  /** What `pool` (an object that is never changed) is on an interface of this MTU. */
  compile(pool: IPPool, { mtu, remembered = false }: CompiledFor): CompiledNetwork {
    const last = this.#last;
    if (last?.pool === pool && last.mtu === mtu && last.remembered === remembered) return last;
    const compiled = compile(pool, { mtu, remembered, previous: this.#served });
    this.#last = { pool, mtu, remembered, ...compiled };
    this.#served = compiled.served ?? this.#served;
    if (compiled.problems !== "") this.#onProblems(compiled.problems);
    return this.#last;
  }
}

function compile(
  pool: IPPool,
  { previous, ...options }: Required<CompiledFor> & {
    readonly previous: ServedNetwork | undefined;
  },
): CompiledNetwork {
  const checked = readIPPool(pool);
  if (!checked.ok) return { served: undefined, problems: text(checked.errors) };
  const { network, problems } = compilePool(withServerIP(checked.value), {
    ...options,
    ...(previous === undefined ? {} : { previous }),
  });
  return { served: network, problems: text(problems) };
}

/** A pool that names no server address has the first that is free for it. */
function withServerIP(pool: IPPool): IPPool {
  const { ipv4Config } = pool.spec;
  if (ipv4Config.serverIP) return pool;
  let serverIP: string | undefined;
  try {
    serverIP = defaultServerIP(ipv4Config);
  } catch {
    return pool; // The subnet cannot be read, which compiling it tells.
  }
  if (serverIP === undefined) return pool;
  return { ...pool, spec: { ...pool.spec, ipv4Config: { ...ipv4Config, serverIP } } };
}

function text(problems: readonly FieldError[]): string {
  const named = problems.slice(0, NAMED).map((one) =>
    fieldErrorText([one]).slice(0, MAX_CHARACTERS)
  );
  const more = problems.length > NAMED ? `; and ${problems.length - NAMED} more` : "";
  return named.join("; ") + more;
}
