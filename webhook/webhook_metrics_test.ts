import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createMetrics } from "../runtime/metrics.ts";
import { renewed } from "./tls/certificates.ts";
import { addWebhookMetrics } from "./webhook_metrics.ts";

const REFUSED = {
  webhook: "validate",
  kind: "IPPool",
  result: "refused",
  reason: "Invalid",
  seconds: 0.002,
} as const;

Deno.test("addWebhookMetrics counts reviews by result and refusals by their first field, and no field of what is allowed", async () => {
  const metrics = createMetrics();
  const { judged } = addWebhookMetrics(metrics, () => true);
  judged({ ...REFUSED, field: "spec.ipv4Config.cidr" });
  judged({ ...REFUSED, result: "allowed", reason: "", field: "" });
  const text = await metrics.render();
  deepStrictEqual(text.split("\n").filter((line) => line.startsWith("vmdhcpwebhook_refusals")), [
    'vmdhcpwebhook_refusals_total{kind="IPPool",reason="Invalid",field="spec.ipv4Config.cidr"} 1',
  ]);
  match(
    text,
    /request_seconds_bucket\{le="0.0025",webhook="validate",kind="IPPool",result="refused"\} 1\n/,
  );
  match(text, /request_seconds_count\{webhook="validate",kind="IPPool",result="allowed"\} 1\n/);
});

Deno.test("addWebhookMetrics keeps a bounded number of series, whatever fields somebody makes up", async () => {
  const metrics = createMetrics();
  const { judged } = addWebhookMetrics(metrics, () => true);
  for (let field = 0; field < 500; field++) judged({ ...REFUSED, field: `spec.made${field}` });
  const lines = (await metrics.render()).split("\n").filter((line) =>
    line.startsWith("vmdhcpwebhook_refusals")
  );
  strictEqual(lines.length, 65);
  match(lines.at(-1) ?? "", /field="other"\} 436$/);
});

Deno.test("addWebhookMetrics tells when the certificate expires, and nothing before there is one", async () => {
  const metrics = createMetrics();
  let ready = false;
  const { serves } = addWebhookMetrics(metrics, () => ready);
  const series = async (name: string) =>
    (await metrics.render()).split("\n").filter((line) => line.startsWith(`vmdhcpwebhook_${name}`));
  deepStrictEqual(await series("certificate"), []);
  deepStrictEqual(await series("ready"), ["vmdhcpwebhook_ready 0"]);
  const now = Date.parse("2026-01-01T00:00:00Z");
  serves((await renewed(undefined, { names: ["hook.svc"], now })).certificate);
  ready = true;
  deepStrictEqual(await series("certificate"), [
    `vmdhcpwebhook_certificate_expiry_timestamp_seconds{certificate="serving"} ${
      now / 1000 + 90 * 86_400
    }`,
  ]);
  deepStrictEqual(await series("ready"), ["vmdhcpwebhook_ready 1"]);
});
