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
    // Megabytes; from 100 on it would be begun anew.
    "--audit-log-maxsize=100000",
  ];
}

/** The requests so far, in the order in which they were answered; a watch counts when it begins. */
export function readAudit(folder: string): Promise<readonly AuditEvent[]> {
  return new AuditLog(folder).next();
}

/** The log as it grows. */
export class AuditLog {
  readonly #path: string;
  readonly #decoder = new TextDecoder();
  /** Watches that were seen to begin, which are told again when they end. */
  readonly #seen = new Set<string>();
  #read = 0;
  #rest = "";

  constructor(folder: string) {
    this.#path = `${folder}/audit.log`;
  }

  /** The requests since the last call, in the order in which they were answered. */
  async next(): Promise<readonly AuditEvent[]> {
    const lines = (this.#rest + await this.#more()).split("\n");
    // It is empty, or not yet written to its end.
    this.#rest = lines.pop() ?? "";
    const events: AuditEvent[] = [];
    for (const line of lines) {
      const entry = JSON.parse(line) as Entry;
      if (this.#seen.delete(entry.auditID)) continue;
      if (entry.stage !== "ResponseComplete") this.#seen.add(entry.auditID);
      events.push(eventOf(entry));
    }
    return events;
  }

  async #more(): Promise<string> {
    using file = await Deno.open(this.#path);
    await file.seek(this.#read, Deno.SeekMode.Start);
    let text = "";
    for await (const bytes of file.readable) {
      this.#read += bytes.length;
      text += this.#decoder.decode(bytes, { stream: true });
    }
    return text;
  }
}

/** The fields of `audit.k8s.io/v1` Event that are read. */
interface Entry {
  readonly auditID: string;
  readonly stage: string;
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
