/**
 * Objects in which something is left out by null or an empty text, as templates and Go write them, and what is kept of them
 * at every door: manifest file, standalone API, kube-apiserver with the webhook.
 *
 * @module
 */
import type { IPv4Config } from "../../core/api/types.ts";

/** One form. */
interface EmptyForm {
  /** What is empty. */
  readonly name: string;
  /** `spec.ipv4Config` beside its `cidr`, as YAML. */
  readonly text: string;
  /** What is kept of it. */
  readonly kept: Partial<IPv4Config>;
}

/** Pools of 192.168.48.0/24. */
export const EMPTY_FORMS: readonly EmptyForm[] = [
  { name: "serverIP", text: 'serverIP: ""', kept: {} },
  { name: "serverIP null", text: "serverIP:", kept: {} },
  { name: "range", text: 'pool: {start: "", end: ""}', kept: { pool: {} } },
  {
    name: "one end of the range",
    text: 'pool: {start: "", end: 192.168.48.20, exclude: []}',
    kept: { pool: { end: "192.168.48.20", exclude: [] } },
  },
  { name: "range null", text: "pool:", kept: {} },
  { name: "router", text: 'router: ""', kept: {} },
  { name: "router null", text: "router:", kept: {} },
  { name: "domainName", text: 'domainName: ""', kept: {} },
  {
    name: "lists",
    text: "{dns: [], ntp: [], domainSearch: []}",
    kept: { dns: [], ntp: [], domainSearch: [] },
  },
  {
    name: "lists null",
    text: "{dns: , ntp: null, domainSearch: ~, pool: {exclude: }}",
    kept: { pool: {} },
  },
  {
    name: "items",
    text: '{dns: ["", 1.1.1.1], ntp: [""], pool: {exclude: [192.168.48.9, null]}}',
    kept: { dns: ["1.1.1.1"], ntp: [], pool: { exclude: ["192.168.48.9"] } },
  },
  { name: "leaseTime null", text: "leaseTime:", kept: {} },
  { name: "leaseTime octal", text: "leaseTime: 0300", kept: { leaseTime: 192 } },
  { name: "conflictDetection", text: 'conflictDetection: ""', kept: {} },
  {
    name: "conflictDetection off",
    text: 'conflictDetection: "off"',
    kept: { conflictDetection: "off" },
  },
];

/** The manifest of a form: an IPPool of its own network in `default`. */
export function manifestOf({ text }: EmptyForm, name: string): string {
  const config = text.startsWith("{") ? text.slice(1, -1) : text.replace(/:$/, ": ");
  return `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {name: ${name}, namespace: default, labels: , annotations: }
spec:
  networkName: default/${name}
  paused:
  limits:
  ipv4Config: {cidr: 192.168.48.0/24, ${config}}
`;
}

/** What is kept of a form's `spec.ipv4Config`, without what the webhook fills in. */
export function keptOf(
  { cidr, serverIP: _server, pool, ...others }: IPv4Config,
  { kept }: EmptyForm,
): Partial<IPv4Config> {
  const { start, end, ...range } = pool ?? {};
  const ends = {
    ...(kept.pool?.start === undefined ? {} : { start }),
    ...(kept.pool?.end === undefined ? {} : { end }),
  };
  if (cidr !== "192.168.48.0/24") throw new Error(`The subnet is ${cidr}`);
  const isKept = kept.pool !== undefined || Object.keys(range).length > 0;
  return { ...others, ...(isKept ? { pool: { ...ends, ...range } } : {}) } as Partial<IPv4Config>;
}
