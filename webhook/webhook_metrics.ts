/**
 * The webhook's metrics.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Metrics } from "../runtime/metrics.ts";
import type { Judged } from "./http/judged.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5];
/** So many fields are told apart: what somebody makes up is not to become ever more series. */
const MOST_FIELDS = 64;

/** What the webhook tells its metrics. */
interface WebhookMeter {
  /** A review was answered. */
  readonly judged: (judged: Judged) => void;
  /** It serves with this certificate, PEM, from now on. */
  readonly serves: (certificate: string) => void;
}

/** Adds the webhook's metrics; `ready` is asked at each scrape. */
export function addWebhookMetrics(metrics: Metrics, ready: () => boolean): WebhookMeter {
  const seconds = metrics.histogram({
    name: "vmdhcpwebhook_request_seconds",
    help: "Time that a review took, by webhook, kind of the object and result.",
    labels: ["webhook", "kind", "result"],
    buckets: SECONDS,
  });
  const refusals = metrics.counter({
    name: "vmdhcpwebhook_refusals_total",
    help: "Refused reviews, by kind of the object, reason and first bad field.",
    labels: ["kind", "reason", "field"],
  });
  metrics.gauge({
    name: "vmdhcpwebhook_ready",
    help: "1 if this webhook can judge requests, 0 if it cannot yet.",
    collect: (tell) => tell({}, ready() ? 1 : 0),
  });
  let expiresAt: number | undefined;
  // With a label, so that nothing is told before there is a certificate.
  metrics.gauge({
    name: "vmdhcpwebhook_certificate_expiry_timestamp_seconds",
    help: "When the certificate that is served expires, seconds since the epoch.",
    labels: ["certificate"],
    collect: (tell) => {
      if (expiresAt !== undefined) tell({ certificate: "serving" }, expiresAt / 1000);
    },
  });
  const fields = new Set<string>();
  return {
    judged: ({ webhook, kind, result, reason, field, seconds: took }) => {
      seconds.observe({ webhook, kind, result }, took);
      if (result === "allowed") return;
      if (fields.size < MOST_FIELDS) fields.add(field);
      refusals.inc({ kind, reason, field: fields.has(field) ? field : "other" });
    },
    serves: (certificate) => expiresAt = Date.parse(new X509Certificate(certificate).validTo),
  };
}
