import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type Certificates, renewed } from "./certificates.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 1);
const NAMES = ["vm-dhcp-webhook.vm-dhcp.svc", "vm-dhcp-webhook", "127.0.0.1"];

const first = await renewed(undefined, { names: NAMES, now: NOW });

function casOf({ caBundle }: Certificates): readonly string[] {
  return caBundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

Deno.test("renewed makes a CA and a serving certificate that it signed for every name", () => {
  const ca = new X509Certificate(first.caBundle);
  const serving = new X509Certificate(first.certificate);
  strictEqual(ca.ca, true);
  strictEqual(serving.ca, false);
  ok(serving.verify(ca.publicKey));
  strictEqual(
    serving.subjectAltName,
    "DNS:vm-dhcp-webhook.vm-dhcp.svc, DNS:vm-dhcp-webhook, IP Address:127.0.0.1",
  );
  strictEqual(Date.parse(serving.validTo), NOW + 90 * DAY);
});

Deno.test("renewed leaves good certificates as they are", async () => {
  strictEqual(await renewed(first, { names: NAMES, now: NOW + 59 * DAY }), first);
});

Deno.test("renewed makes a new serving certificate 30 days before the end, of the same CA", async () => {
  const next = await renewed(first, { names: NAMES, now: NOW + 60 * DAY });
  strictEqual(next.caBundle, first.caBundle);
  strictEqual(next.caKey, first.caKey);
  notStrictEqual(next.certificate, first.certificate);
  ok(new X509Certificate(next.certificate).verify(new X509Certificate(first.caBundle).publicKey));
});

Deno.test("renewed makes a new CA a year before the end and keeps trusting the old one", async () => {
  const next = await renewed(first, { names: NAMES, now: NOW + 3286 * DAY });
  deepStrictEqual(casOf(next).slice(1), casOf(first));
  const [ca = ""] = casOf(next);
  notStrictEqual(ca, casOf(first)[0]);
  ok(new X509Certificate(next.certificate).verify(new X509Certificate(ca).publicKey));
});

Deno.test("renewed forgets a CA that has expired", async () => {
  const next = await renewed(first, { names: NAMES, now: NOW + 3651 * DAY });
  strictEqual(casOf(next).length, 1);
});

const SPOILT: Readonly<Record<string, Partial<Certificates>>> = {
  "an unreadable certificate": { certificate: "nonsense" },
  "an unreadable key": { key: "" },
  "the key of another certificate": { key: first.caKey },
};
for (const [what, spoilt] of Object.entries(SPOILT)) {
  Deno.test(`renewed replaces ${what} and keeps the CA`, async () => {
    const next = await renewed({ ...first, ...spoilt }, { names: NAMES, now: NOW });
    strictEqual(next.caBundle, first.caBundle);
    strictEqual(await renewed(next, { names: NAMES, now: NOW }), next);
  });
}

Deno.test("renewed makes a serving certificate for a name that was not there", async () => {
  const names = [...NAMES, "webhook.example"];
  const next = await renewed(first, { names, now: NOW });
  strictEqual(next.caBundle, first.caBundle);
  ok(new X509Certificate(next.certificate).checkHost("webhook.example"));
});

Deno.test("renewed makes everything anew where the CA cannot be read", async () => {
  const next = await renewed({ ...first, caKey: "nonsense" }, { names: NAMES, now: NOW });
  notStrictEqual(casOf(next)[0], casOf(first)[0]);
  strictEqual(await renewed(next, { names: NAMES, now: NOW }), next);
});
