/**
 * What a kube-apiserver was asked, by whom, and what it answered: its audit log.
 *
 * @module
 */

/** One answered request. */
export interface AuditEvent {
  /** Such as `system:serviceaccount:default:agent`. */
  readonly user: string;
  readonly verb: string;
  readonly uri: string;
  /** HTTP status. */
  readonly code: number;
  /** Unset for what is no resource, such as `/version`. */
  readonly object?: AuditedObject;
}

/** The object, or the collection, that a request was about. */
interface AuditedObject {
  /** Empty for the core group. */
  readonly group: string;
  /** With its subresource: `ippools`, `ippools/status`. */
  readonly resource: string;
  /** Unset for cluster-wide requests. */
  readonly namespace?: string;
  /** Unset for collections. */
  readonly name?: string;
}

const POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  omitManagedFields: true,
  rules: [{ level: "Metadata" }],
};

/** Writes the policy into a folder; gives the flags that make an API server keep the log there. */
export async function auditFlags(folder: string): Promise<readonly string[]> {
  await Deno.writeTextFile(`${folder}/audit-policy.json`, JSON.stringify(POLICY));
  return [
    `--audit-policy-file=${folder}/audit-policy.json`,
    `--audit-log-path=${folder}/audit.log`,
    "--audit-log-mode=blocking",
  ];
}

/** The requests so far, in the order in which they were answered; a watch counts when it begins. */
export async function readAudit(folder: string): Promise<readonly AuditEvent[]> {
  const lines = (await Deno.readTextFile(`${folder}/audit.log`)).split("\n");
  lines.pop(); // It is empty, or not yet written to its end.
  const seen = new Set<string>();
  const events: AuditEvent[] = [];
  for (const line of lines) {
    const entry = JSON.parse(line) as Entry;
    if (seen.has(entry.auditID)) continue;
    seen.add(entry.auditID);
    events.push(eventOf(entry));
  }
  return events;
}

/** The fields of `audit.k8s.io/v1` Event that are read. */
interface Entry {
  readonly auditID: string;
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly responseStatus?: { readonly code?: number };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

function eventOf({ user, verb, requestURI: uri, responseStatus, objectRef }: Entry): AuditEvent {
  const event = { user: user.username, verb, uri, code: responseStatus?.code ?? 0 };
  if (objectRef?.resource === undefined) return event;
  const { apiGroup: group = "", resource, subresource, namespace, name } = objectRef;
  return {
    ...event,
    object: {
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    },
  };
}
