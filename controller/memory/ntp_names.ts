/**
 * The addresses of NTP servers that pools name by host name: looked up in the background, kept, never waited for.
 *
 * @module
 */
import { isIPv4, readIPv4 } from "../../core/net/ipv4.ts";
import { abortable, LinkedAbort } from "../../runtime/abort.ts";
import { backoff } from "../../runtime/backoff.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { ResolveHost } from "../types.ts";

/** What {@linkcode NtpNames} works with. */
interface NtpNamesOptions {
  readonly resolve: ResolveHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly refreshMs: number;
  readonly timeoutMs: number;
  /** Called with each pool whose name has other addresses than before. */
  readonly onChange: (pool: string) => void;
  /** Ends all look-ups. */
  readonly signal: AbortSignal;
}

/** Names -> addresses, as `status.ipv4.ntpServers` holds them. */
type NtpServers = Readonly<Record<string, readonly string[]>>;

/** What is known of the names of one pool. */
export interface NtpAnswer {
  readonly servers: NtpServers;
  /** Milliseconds until a name is to be looked up again. */
  readonly againMs?: number;
}

interface Name {
  addresses: readonly string[] | undefined;
  /** On the monotonic clock. */
  dueAt: number;
  failures: number;
  running: boolean;
  readonly pools: Set<string>;
}

/** The most addresses of one name that are recorded: whoever names it may also say how many it has. */
const MAX_ADDRESSES = 8;
const RETRY = { base: 5_000, max: 600_000 };

/** Looks up host names. A name that cannot be resolved keeps the addresses it had. */
export class NtpNames {
  readonly #options: NtpNamesOptions;
  readonly #names = new Map<string, Name>();
  readonly #running = new Set<Promise<void>>();
  readonly #wait: (failures: number) => number;

  constructor(options: NtpNamesOptions) {
    this.#options = options;
    this.#wait = backoff({ ...RETRY, random: options.random });
  }

  /**
   * What is known now of the host names of a pool; look-ups that are due are started.
   *
   * @param recorded What the pool's status has: it holds until a look-up succeeds.
   */
  serversOf(
    pool: string,
    { ntp, recorded }: { readonly ntp: readonly string[]; readonly recorded: NtpServers },
  ): NtpAnswer {
    const servers: Record<string, readonly string[]> = {};
    const hosts = new Set(ntp.filter((name) => name !== "" && !isIPv4(name)));
    let againMs: number | undefined;
    for (const host of hosts) {
      const name = this.#name(host, Object.hasOwn(recorded, host) ? recorded[host] : undefined);
      name.pools.add(pool);
      const left = name.dueAt - this.#options.clock.monotonic();
      if (left <= 0) this.#start(host, name);
      else againMs = Math.min(againMs ?? left, left);
      if (name.addresses !== undefined) servers[host] = name.addresses;
    }
    this.#forgetOthers(pool, hosts);
    return againMs === undefined ? { servers } : { servers, againMs };
  }

  /** Forgets a pool that is gone, and names that no other one has. */
  forget(pool: string): void {
    this.#forgetOthers(pool, new Set());
  }

  /** Forgets all names: somebody else may have recorded newer addresses. */
  clear(): void {
    this.#names.clear();
  }

  /** Resolves when no look-up is under way. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #name(host: string, recorded: readonly string[] | undefined): Name {
    const known = this.#names.get(host);
    if (known !== undefined) return known;
    const name: Name = {
      addresses: recorded,
      dueAt: 0,
      failures: 0,
      running: false,
      pools: new Set(),
    };
    this.#names.set(host, name);
    return name;
  }

  #forgetOthers(pool: string, hosts: ReadonlySet<string>): void {
    for (const [host, { pools }] of this.#names) {
      if (!hosts.has(host)) pools.delete(pool);
      if (pools.size === 0) this.#names.delete(host);
    }
  }

  #start(host: string, name: Name): void {
    if (name.running || this.#options.signal.aborted) return;
    name.running = true;
    const lookUp = this.#lookUp(host, name).finally(() => {
      name.running = false;
      this.#running.delete(lookUp);
    });
    this.#running.add(lookUp);
  }

  async #lookUp(host: string, name: Name): Promise<void> {
    const { clock, log, refreshMs, signal, onChange } = this.#options;
    const before = name.addresses;
    try {
      name.addresses = await this.#resolve(host, before);
      name.failures = 0;
      name.dueAt = clock.monotonic() + refreshMs;
    } catch (error) {
      if (signal.aborted) return;
      name.failures++;
      name.dueAt = clock.monotonic() + this.#wait(name.failures);
      log.warn("NTP server's name cannot be resolved", { host, failures: name.failures, error });
    }
    // Also an unchanged name: the pool is to ask again when it is due.
    for (const pool of name.pools) onChange(pool);
  }

  async #resolve(host: string, before: readonly string[] | undefined): Promise<readonly string[]> {
    const { clock, resolve, timeoutMs, signal } = this.#options;
    using abort = new LinkedAbort(signal);
    abort.abortAfter(timeoutMs, {
      clock,
      reason: () => new Error(`Cannot resolve a host name within ${timeoutMs} ms: ${host}`),
    });
    const found = await abortable(resolve(host, abort.signal), abort.signal);
    const addresses = [...new Set(found.filter(isIPv4))].sort((a, b) => readIPv4(a) - readIPv4(b))
      .slice(0, MAX_ADDRESSES);
    if (addresses.length === 0) {
      throw new Error(`Cannot resolve a host name, it has no IPv4 address: ${host}`);
    }
    return before !== undefined && before.join() === addresses.join() ? before : addresses;
  }
}
