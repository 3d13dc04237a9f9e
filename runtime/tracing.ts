/**
 * Traces, by the OpenTelemetry that Deno brings: on where the program was started with `OTEL_DENO=true`, otherwise nothing of it is loaded.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** By this name Deno hands its OpenTelemetry to `@opentelemetry/api`; it is there only where it is on. */
const PROVIDED = Symbol.for("opentelemetry.js.api.1");

/** A part of a trace. Times are milliseconds since the epoch. */
interface TracedSpan {
  /** What took the time, such as `plan`. */
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Sends parts of traces. */
export interface Tracing {
  /**
   * Tells one part. Parts of one subject, a text, are of one trace, whichever program tells them: its id is made from the subject.
   */
  tell(subject: string, span: TracedSpan): void;
}

/** The address of a VM on a network: what a trace is about. */
export interface TracedLease {
  /** `namespace/name` of the IPPool. */
  readonly pool: string;
  /** In any spelling. */
  readonly macAddress: string;
  readonly address: string;
}

/** The subject of its trace: the same for the controller and the agents. */
export function leaseSubject({ pool, macAddress, address }: TracedLease): string {
  return `${pool} ${macAddress.toLowerCase()} ${address}`;
}

/**
 * Where traces are told; `undefined` where nobody wants any.
 *
 * Source: OpenTelemetry, "Tracing API"; Deno, "OpenTelemetry".
 */
export async function openTracing(): Promise<Tracing | undefined> {
  if (!(PROVIDED in globalThis)) return undefined;
  const { ROOT_CONTEXT, trace, TraceFlags } = await import("@opentelemetry/api");
  const tracer = trace.getTracer("vm-dhcp");
  return {
    tell: (subject, { name, startMs, endMs, attributes }) => {
      const id = createHash("sha256").update(subject).digest("hex");
      const context = trace.setSpanContext(ROOT_CONTEXT, {
        traceId: id.slice(0, 32),
        spanId: id.slice(32, 48),
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
      });
      const startTime = new Date(startMs);
      tracer.startSpan(name, { startTime, attributes }, context).end(new Date(endMs));
    },
  };
}
