/**
 * Writes the agent's report into its own Lease.
 *
 * @module
 */
import type { AgentReport } from "../../core/api/agent/agent_report.ts";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import { firstAddresses } from "../../core/api/agent/address_words.ts";
import { MAX_FOUND } from "../../core/neighbours/survey.ts";
import { type KubeClient, type Lease, LEASES } from "../../kube/mod.ts";
import { LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** A report that is not renewed for this long is no longer believed. */
const LEASE_SECONDS = 15;
/** How often the Lease is renewed, changed or not. */
const RENEW_MS = 5_000;
/** Changes that come closer together share a write. */
const GATHER_MS = 50;
/** An object's annotations together have 256 KiB. */
const MAX_CHARACTERS = 200_000;
/** How long one write may take. */
const WRITE_MS = 5_000;
/** How soon a write that failed is tried again. */
const RETRY_MS = 1_000;

/** What a {@linkcode ReportWriter} works with. */
interface ReportWriterContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** The Lease. */
  readonly lease: { readonly namespace: string; readonly name: string };
  /** What is to be reported now. */
  readonly report: () => AgentReport;
  /**
   * Whether this agent leads. Then the election keeps the Lease, and only its holder's report is written. Unset: the report keeps
   * the Lease, unless another agent holds it.
   */
  readonly leadership?: { readonly leading: boolean };
  /** It answers nothing, and holds the Lease for nobody: whoever is elected takes it at once. */
  readonly dryRun: boolean;
}

type LeaseSpec = NonNullable<Lease["spec"]>;

/** Writes the report when it changed, and renews it. Failures are logged and tried again, and stop nothing. */
export class ReportWriter {
  readonly #context: ReportWriterContext;
  readonly #acquired: string;
  #changed = Promise.withResolvers<void>();
  #failing = false;
  /** When another agent wrote the Lease, as that one says, and when it was seen: the clocks of other machines are not to be trusted. */
  #others: { readonly renewTime?: string | undefined; readonly at: number } = { at: -Infinity };

  constructor(context: ReportWriterContext) {
    this.#context = context;
    this.#acquired = microTime(context.clock.now());
  }

  /** Says that the report may have changed. */
  changed(): void {
    this.#changed.resolve();
  }

  /** Writes until the signal aborts, then once more. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    while (!signal.aborted) {
      this.#changed = Promise.withResolvers();
      await this.#write();
      using wait = new LinkedAbort(signal);
      await Promise.race([
        clock.sleep(this.#failing ? RETRY_MS : RENEW_MS, wait.signal),
        this.#changed.promise.then(() => clock.sleep(GATHER_MS, signal)),
      ]).catch(() => undefined);
      wait.abort(undefined);
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const { clock, log, lease, leadership } = this.#context;
    if (leadership?.leading === false) return;
    using limit = new LinkedAbort();
    limit.abortAfter(WRITE_MS, {
      clock,
      reason: () => new Error("The API server does not answer in time"),
    });
    try {
      await this.#patch(limit.signal);
      if (this.#failing) log.info("Reporting again", { lease: lease.name });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        log.warn("Cannot write the report, trying again", { lease: lease.name, error });
      }
      this.#failing = true;
    }
  }

  /** The Lease is patched, and made where there is none. Without an election, only as it was seen, and not another agent's. */
  async #patch(signal: AbortSignal): Promise<void> {
    const { client, lease, leadership } = this.#context;
    const leases = client.of(LEASES);
    const { metadata, spec } = this.#content();
    if (leadership !== undefined) {
      await leases.patch(lease, { type: "merge", body: { metadata } }, { signal });
      return;
    }
    const present = await leases.get(lease, { signal });
    if (present === undefined) {
      const { apiVersion, kind } = LEASES;
      await leases.create({ apiVersion, kind, metadata: { ...lease, ...metadata }, spec }, {
        signal,
      });
    } else if (!this.#isHeldByAnother(present.spec)) {
      const { resourceVersion } = present.metadata;
      const body = { metadata: { resourceVersion, ...metadata }, spec };
      await leases.patch(lease, { type: "merge", body }, { signal });
    }
  }

  /** Whether another agent holds the Lease, and may still renew it. */
  #isHeldByAnother(
    { holderIdentity = "", renewTime, leaseDurationSeconds = LEASE_SECONDS }: LeaseSpec = {},
  ): boolean {
    if (holderIdentity === "" || holderIdentity === this.#holder) return false;
    const now = this.#context.clock.monotonic();
    if (this.#others.renewTime !== renewTime) this.#others = { renewTime, at: now };
    return now - this.#others.at < leaseDurationSeconds * 1000;
  }

  get #holder(): string {
    const { dryRun, report, lease } = this.#context;
    return dryRun ? "" : report().pod.name ?? lease.name;
  }

  #content(): LeaseContent {
    return {
      metadata: {
        labels: { [AGENT_LEASE_LABEL]: "true" },
        annotations: { [AGENT_REPORT_ANNOTATION]: reportText(this.#context.report()) },
      },
      spec: {
        holderIdentity: this.#holder,
        leaseDurationSeconds: LEASE_SECONDS,
        acquireTime: this.#acquired,
        renewTime: microTime(this.#context.clock.now()),
      },
    };
  }
}

/** Fields that are lists of addresses. */
const LISTS: ReadonlySet<string> = new Set(["inUse", "lost"]);

/**
 * The report as JSON. Where an annotation has no room for it, each pool tells of fewer addresses in use and lost, the first of
 * them; if that does not help, of no declined ones.
 */
function reportText(report: AgentReport): string {
  for (let most = MAX_FOUND; most > 0; most = Math.floor(most / 2)) {
    const text = JSON.stringify(
      report,
      (key, value) => LISTS.has(key) ? firstAddresses(String(value), most) : value,
    );
    if (text.length <= MAX_CHARACTERS) return text;
  }
  return JSON.stringify(
    report,
    (key, value) => key === "declined" || LISTS.has(key) ? undefined : value,
  );
}

/** What a write changes in the Lease. */
type LeaseContent = {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    holderIdentity: string;
    leaseDurationSeconds: number;
    acquireTime: string;
    renewTime: string;
  };
};

/** `metav1.MicroTime`. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
