/**
 * Bodies in Kubernetes' protobuf encoding, of the few small kinds that `kubectl create` sends so. Every other client and every
 * other kind has JSON.
 *
 * Source: the `generated.proto` files of Kubernetes; an object travels in a `runtime.Unknown` behind the bytes `k8s\0`.
 *
 * @module
 */
import { isObject, type JsonObject, put, textAt } from "./json.ts";
import { badRequest, unsupportedMediaType } from "./status_error.ts";

/** How a field is read. A message is described by its own fields. */
type FieldType = "text" | "whole" | "flag" | "base64" | "time" | Fields;

interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly many?: "list" | "map";
}

type Fields = Readonly<Record<number, Field>>;

function one(name: string, type: FieldType): Field {
  return { name, type };
}

function list(name: string, type: FieldType): Field {
  return { name, type, many: "list" };
}

function map(name: string, type: FieldType): Field {
  return { name, type, many: "map" };
}

const OWNER: Fields = {
  1: one("kind", "text"),
  3: one("name", "text"),
  4: one("uid", "text"),
  5: one("apiVersion", "text"),
  6: one("controller", "flag"),
  7: one("blockOwnerDeletion", "flag"),
};

const METADATA: Fields = {
  1: one("name", "text"),
  2: one("generateName", "text"),
  3: one("namespace", "text"),
  5: one("uid", "text"),
  6: one("resourceVersion", "text"),
  7: one("generation", "whole"),
  8: one("creationTimestamp", "time"),
  11: map("labels", "text"),
  12: map("annotations", "text"),
  13: list("ownerReferences", OWNER),
  14: list("finalizers", "text"),
};

const KINDS: Readonly<Record<string, Fields>> = {
  "v1 Namespace": {
    1: one("metadata", METADATA),
    2: one("spec", { 1: list("finalizers", "text") }),
    3: one("status", { 1: one("phase", "text") }),
  },
  "v1 ConfigMap": {
    1: one("metadata", METADATA),
    2: map("data", "text"),
    3: map("binaryData", "base64"),
    4: one("immutable", "flag"),
  },
  "v1 Secret": {
    1: one("metadata", METADATA),
    2: map("data", "base64"),
    3: one("type", "text"),
    4: map("stringData", "text"),
    5: one("immutable", "flag"),
  },
  "v1 ServiceAccount": {
    1: one("metadata", METADATA),
    4: one("automountServiceAccountToken", "flag"),
  },
  "v1 DeleteOptions": {
    1: one("gracePeriodSeconds", "whole"),
    2: one("preconditions", { 1: one("uid", "text"), 2: one("resourceVersion", "text") }),
    3: one("orphanDependents", "flag"),
    4: one("propagationPolicy", "text"),
    5: list("dryRun", "text"),
  },
};

const UNKNOWN: Fields = {
  1: one("typeMeta", { 1: one("apiVersion", "text"), 2: one("kind", "text") }),
  2: one("raw", "base64"),
};

/** The content type of such bodies. */
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** Reads a body. Throws a 415 for a kind that is not known here, a 400 for bytes that are no such body. */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix k8s");
  }
  const envelope = decodeMessage(bytes.subarray(MAGIC.length), UNKNOWN);
  const { typeMeta } = envelope;
  const type = isObject(typeMeta) ? typeMeta : {};
  const apiVersion = textAt(type, "apiVersion");
  const kind = textAt(type, "kind");
  const fields = kind === "DeleteOptions"
    ? KINDS["v1 DeleteOptions"]
    : KINDS[`${apiVersion} ${kind}`];
  if (fields === undefined) throw unsupportedMediaType(["application/json", "application/yaml"]);
  const raw = Uint8Array.fromBase64(textAt(envelope, "raw"));
  return { apiVersion, kind, ...decodeMessage(raw, fields) };
}

/** Reads a message. Fields that are not described are passed over; an empty text stands for none. */
function decodeMessage(bytes: Uint8Array, fields: Fields): JsonObject {
  const message: JsonObject = {};
  const reader = new Reader(bytes);
  while (!reader.done) {
    const { number, value } = reader.field();
    const field = fields[number];
    if (field !== undefined) store(message, field, value);
  }
  return message;
}

function store(message: JsonObject, field: Field, value: number | Uint8Array): void {
  const { name, type, many } = field;
  const present = message[name];
  if (many === "map" && value instanceof Uint8Array) {
    const entry = decodeMessage(value, { 1: one("key", "text"), 2: one("value", type) });
    const entries = isObject(present) ? present : {};
    put(entries, textAt(entry, "key"), entry.value ?? "");
    message[name] = entries;
  } else if (many === "list") {
    const items = Array.isArray(present) ? present : [];
    message[name] = [...items, decodeValue(type, value)];
  } else {
    const decoded = decodeValue(type, value);
    if (decoded !== "") message[name] = decoded;
  }
}

function decodeValue(type: FieldType, value: number | Uint8Array): JsonObject[string] {
  if (typeof value === "number") return type === "flag" ? value !== 0 : value;
  if (type === "text") return new TextDecoder().decode(value);
  if (type === "time") return decodeTime(value);
  return typeof type === "object" ? decodeMessage(value, type) : value.toBase64();
}

/** `metav1.Time`; an empty message stands for no time. */
function decodeTime(bytes: Uint8Array): string | null {
  const { seconds } = decodeMessage(bytes, { 1: one("seconds", "whole") });
  if (typeof seconds !== "number") return null;
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Reads the wire format of protocol buffers: numbers and byte strings by field number. */
class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  field(): { readonly number: number; readonly value: number | Uint8Array } {
    const tag = this.#varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        return { number, value: this.#varint() };
      case 1:
        return { number, value: this.#take(8) };
      case 2:
        return { number, value: this.#take(this.#varint()) };
      case 5:
        return { number, value: this.#take(4) };
      default:
        throw badRequest(`unable to decode protobuf: unknown wire type ${tag % 8}`);
    }
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw badRequest("unable to decode protobuf: unexpected end");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw badRequest("unable to decode protobuf: unexpected end");
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}
