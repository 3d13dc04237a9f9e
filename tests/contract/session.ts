/**
 * One run of one case against one server: performs requests and keeps the transcript.
 *
 * @module
 */
import { statusOf } from "../../kube/errors.ts";
import type { HttpMethod, JsonValue } from "../../kube/rest_client.ts";
import { isObject, type JsonObject, objectAt, textAt } from "../../standalone/api/json.ts";
import { normalize, replaceText } from "./normalize.ts";
import type { Target } from "./target.ts";

const OWN = "/apis/network.harvesterhci.io/v1alpha1";

/** More of a request. */
interface Asked {
  readonly body?: JsonValue;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly accept?: string;
}

/** An answer. */
export interface Answered {
  readonly code: number;
  readonly body: JsonObject;
}

/** A watch that is read event by event. */
interface OpenWatch extends AsyncDisposable {
  /** The next event; nothing when the server ended the watch. */
  next(): Promise<JsonObject | undefined>;
}

/** The requests of one case. */
export class Session {
  readonly #target: Target;
  readonly #transcript: JsonValue[] = [];
  readonly #uids = new Map<string, string>();
  /** The case's own namespace. */
  readonly namespace: string;

  constructor(target: Target, namespace: string) {
    this.#target = target;
    this.namespace = namespace;
  }

  /** Whether this is a kube-apiserver. */
  get isReal(): boolean {
    return this.#target.real === true;
  }
  /** One of two: what to ask the embedded API, and what to ask a kube-apiserver. */
  either(embedded: string, real: string): string {
    return this.isReal ? real : embedded;
  }
  /** Collection of IPPools in the case's namespace. */
  get pools(): string {
    return `${OWN}/namespaces/${this.namespace}/ippools`;
  }
  /** Collection of VirtualMachineNetworkConfigs. */
  get vmnetcfgs(): string {
    return `${OWN}/namespaces/${this.namespace}/virtualmachinenetworkconfigs`;
  }
  /** Collection of VirtualMachines: any field is kept. */
  get machines(): string {
    return `/apis/kubevirt.io/v1/namespaces/${this.namespace}/virtualmachines`;
  }
  /** Collection of Leases: one of Kubernetes' own kinds. */
  get leases(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.namespace}/leases`;
  }
  /** Collection of a core/v1 kind. */
  core(plural: string): string {
    return `/api/v1/namespaces/${this.namespace}/${plural}`;
  }

  /** Asks, notes the answer and gives it. */
  async ask(method: HttpMethod, path: string, asked: Asked = {}): Promise<Answered> {
    const answer = await this.quietly(method, path, asked);
    this.note({ [`${method} ${path.split("/").at(-1)}`]: answer.code, body: answer.body });
    return answer;
  }

  /** Asks without a note. */
  async quietly(method: HttpMethod, path: string, asked: Asked = {}): Promise<Answered> {
    const contentType = asked.contentType ??
      (asked.body === undefined ? undefined : "application/json");
    try {
      const body = await this.#target.rest.performRequest({
        method,
        path,
        querystring: new URLSearchParams(asked.query),
        expectJson: true,
        ...(asked.body === undefined ? {} : { bodyJson: asked.body }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(asked.accept === undefined ? {} : { accept: asked.accept }),
      });
      return { code: 200, body: isObject(body) ? body : { value: body } };
    } catch (error) {
      const code = statusOf(error);
      if (code === undefined) throw error;
      return { code, body: refusalOf(error) };
    }
  }

  /** Writes something into the transcript. */
  note(what: JsonValue): void {
    this.#transcript.push(structuredClone(what));
  }

  /** Asks again and again, without a note, until the answer is as wanted. */
  async until(
    path: string,
    wanted: (answer: Answered) => boolean,
  ): Promise<Answered> {
    const deadline = performance.now() + 30_000;
    while (true) {
      const answer = await this.quietly("GET", path);
      if (wanted(answer)) return answer;
      if (performance.now() > deadline) {
        throw new Error(`Cannot wait longer for ${path}: ${JSON.stringify(answer)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Opens a watch. */
  async watch(path: string, query: Readonly<Record<string, string>> = {}): Promise<OpenWatch> {
    const stream = await this.#target.rest.performRequest({
      method: "GET",
      path,
      querystring: new URLSearchParams({ watch: "true", ...query }),
      expectStream: true,
      expectJson: true,
    });
    const reader = stream.getReader();
    return {
      next: async () => {
        const { value } = await reader.read();
        return isObject(value) ? value : undefined;
      },
      [Symbol.asyncDispose]: () => reader.cancel(),
    };
  }

  /** Reads this many events and notes each as `TYPE name`. */
  async noteEvents(watch: OpenWatch, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const event = await watch.next();
      const metadata = objectAt(objectAt(event, "object"), "metadata");
      this.note(`${textAt(event, "type")} ${textAt(metadata, "name")}`);
    }
  }

  /** Runs kubectl in the case's namespace and notes what it printed. */
  async kubectl(
    args: readonly string[],
    options: {
      readonly stdin?: string;
      readonly env?: Readonly<Record<string, string>>;
      /** No note. */
      readonly quiet?: true;
    } = {},
  ): Promise<string> {
    const { kubectl } = this.#target;
    if (kubectl === undefined) throw new Error(`Cannot run kubectl against ${this.#target.name}`);
    const { quiet = false, ...how } = options;
    const { code, stdout, stderr } = await kubectl(["-n", this.namespace, ...args], how);
    if (quiet) return stdout;
    this.note({
      [`kubectl ${args.join(" ")}`]: code,
      stdout: lines(stdout),
      stderr: lines(stderr),
    });
    return stdout;
  }

  /** What happened, comparable between servers. */
  get transcript(): JsonValue {
    return this.#finish(normalize(this.#transcript));
  }

  #finish(value: JsonValue): JsonValue {
    const text = JSON.stringify(value)
      .replaceAll(/(-)[bcdfghjklmnpqrstvwxz2456789]{5}(?=["'\\ ])/g, "$1xxxxx");
    return JSON.parse(replaceText(text, { uids: this.#uids }));
  }
}

/** What kubectl printed, without ages. */
function lines(text: string): string[] {
  return text.trimEnd().split("\n").map((line) =>
    line.replaceAll(/(?<=^|\s|\()(?:\d+[smhd])+(?=\s|$| ago|\))/g, "AGE").replaceAll(/ +/g, " ")
      .trimEnd()
      .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "a time")
      .replaceAll(/(?<=[rR]esource ?[vV]ersion: ")\d+/g, "N")
      .replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, "SERVER")
  );
}

function refusalOf(error: unknown): JsonObject {
  const { status, details, serverMessage, reason } = error as {
    status?: JsonValue;
    details?: JsonValue;
    serverMessage?: string;
    reason?: string;
  };
  if (isObject(status)) {
    return pick(status.reason, status.message, status.details);
  }
  return pick(reason, serverMessage, details);
}

function pick(
  reason: JsonValue | undefined,
  message: JsonValue | undefined,
  details: JsonValue | undefined,
): JsonObject {
  return { reason: reason ?? "", message: message ?? "", details: details ?? {} };
}
